/** `talos-image prune`: old snapshots that cost money. */

import { throwProblems } from '../../errors.ts'
import type { Pricing } from '../../hetzner/wire.ts'
import { decidePrune, type PruneDecision } from '../../plan/prune.ts'
import { toSnapshotRecord } from '../../report/snapshot.ts'
import { ProblemCollector } from '../../util/problem-collector.ts'
import { type CloudOptions, findCloudProblems, openCloud } from '../cloud.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { type OutputFlags, writeJson } from '../output.ts'
import { formatPrune } from '../render/prune.ts'

export interface PruneFlags extends CloudOptions, OutputFlags {
  readonly keep?: number
  /** Milliseconds. */
  readonly olderThan?: number
  readonly yes?: boolean
}

/** Shows what would go, and why the rest stays; with `--yes` removes it. Only snapshots that this tool made. */
export async function runPrune(io: Io, flags: PruneFlags): Promise<number> {
  throwProblems([
    ...findCloudProblems(io, flags),
    ...(flags.keep === undefined && flags.olderThan === undefined
      ? [
          {
            code: 'usage' as const,
            message: 'prune does not know what is old',
            hint: 'say how many to keep, such as --keep 2, or how old is too old, such as --older-than 30d, or both',
          },
        ]
      : []),
  ])
  const cloud = await openCloud(io, flags)
  try {
    const { hetzner } = cloud
    const [snapshots, servers, pricing] = await Promise.all([
      hetzner.images.listSnapshots({ labelSelector: 'os=talos' }, { signal: io.signal }),
      hetzner.servers.list({}, { signal: io.signal }),
      hetzner.catalogue.pricing({ signal: io.signal }),
    ])
    const inUse = new Set(servers.flatMap(({ image }) => (image === null ? [] : [image.id])))
    const request = { keep: flags.keep, olderThanMs: flags.olderThan, nowMs: Date.now() }
    const decisions = decidePrune(snapshots, inUse, request)
    const removed: number[] = []
    const problems = new ProblemCollector()
    if (flags.output === 'text') io.out(formatPrune(decisions, pricing, io.outColumns()))
    for (const { snapshot, goes } of decisions) {
      if (!goes || flags.yes !== true) continue
      // One that was protected meanwhile is no reason to keep the others, or silent about them.
      const outcome = await problems.attempt(() => hetzner.images.delete(snapshot.id, { signal: io.signal }))
      if (outcome === undefined) continue
      removed.push(snapshot.id)
      if (flags.output === 'text') io.out(`Deleted snapshot ${snapshot.id} (${snapshot.description})\n`)
    }
    if (flags.output === 'json') writeJson(io, toDocument(decisions, pricing, cloud.factoryUrl, removed))
    else if (flags.yes !== true && decisions.some(({ goes }) => goes)) {
      io.out('Nothing was deleted. Delete what goes with --yes.\n')
    }
    problems.throw()
    return EXIT.success
  } finally {
    await cloud.close()
  }
}

function toDocument(
  decisions: readonly PruneDecision[],
  { currency }: Pricing,
  factoryUrl: string,
  deleted: readonly number[],
) {
  const snapshots = decisions.map(({ snapshot, series, goes, reason }) => ({
    ...toSnapshotRecord(snapshot, factoryUrl),
    series: series.labels,
    goes,
    reason,
  }))
  return { snapshots, deleted, currency }
}
