/** `talos-image show ID`: everything about one snapshot. */

import { throwProblems } from '../../errors.ts'
import { isApiFailure } from '../../hetzner/transport/api-failure.ts'
import { selectorOf } from '../../plan/labels.ts'
import { type SnapshotRecord, toSnapshotRecord } from '../../report/snapshot.ts'
import { type CloudOptions, findCloudProblems, openCloud } from '../cloud.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { noSuchSnapshot } from '../no-such-snapshot.ts'
import { type OutputFlags, writeJson } from '../output.ts'
import { foldTight } from '../render/fold.ts'
import { formatRow } from '../render/row.ts'
import { formatTime } from '../render/units.ts'

/** Shows a snapshot, its labels, what belongs to it, and which servers were made from it. */
export async function runShow(io: Io, id: number, flags: CloudOptions & OutputFlags): Promise<number> {
  throwProblems(findCloudProblems(io, flags))
  const cloud = await openCloud(io, flags)
  try {
    const [image, servers] = await Promise.all([
      cloud.hetzner.images.get(id, { signal: io.signal }),
      cloud.hetzner.servers.list({}, { signal: io.signal }),
    ]).catch((error: unknown) => {
      if (!isApiFailure(error, 'not_found')) throw error
      throw noSuchSnapshot(id)
    })
    const record = toSnapshotRecord(image, cloud.factoryUrl)
    const users = servers.filter((server) => server.image?.id === id).map(({ name }) => name)
    if (flags.output === 'json') writeJson(io, { snapshot: record, servers: users })
    else io.out(formatSnapshot(record, users, io.outColumns()))
    return EXIT.success
  } finally {
    await cloud.close()
  }
}

function formatSnapshot(snapshot: SnapshotRecord, servers: readonly string[], width: number): string {
  const rows: readonly (readonly [string, string])[] = [
    ['description', snapshot.description],
    ['architecture', snapshot.architecture],
    ['role', snapshot.role ?? 'none: a generic image'],
    ['version', snapshot.version ?? 'unknown'],
    ['created', `${formatTime(snapshot.created)} UTC`],
    ['size', snapshot.sizeGb === null ? 'being made' : `${snapshot.sizeGb.toFixed(2)} GB`],
    ['needs', `a disk of ${snapshot.diskGb} GB or more`],
    ['protected', snapshot.protected ? 'yes' : 'no'],
    ['schematic', snapshot.schematic ?? 'unknown'],
    ['installer', snapshot.installer ?? 'unknown'],
    ['selector', selectorOf(snapshot.labels)],
    ['servers', servers.length === 0 ? 'none was made from it' : servers.join(', ')],
  ]
  const labels = Object.entries(snapshot.labels)
    .flatMap(([key, value]) => foldTight(`${key}=${value}`, Math.max(1, width - 2)))
    .map((line) => `  ${line}`)
  const lines = rows.flatMap(([name, value]) => formatRow(name, value, width))
  return `Snapshot ${snapshot.id}\n${lines.join('\n')}\nlabels\n${labels.join('\n')}\n`
}
