/** `talos-image cleanup`: what interrupted runs left behind. */

import { removeFound } from '../../library/clean-up.ts'
import { findRunIdProblems, findTemporary, isAbandoned, nameOf, type Temporary } from '../../run/sweep.ts'
import { defineCommand } from '../define-command.ts'
import { EXIT } from '../exit-codes.ts'
import { removeKey } from '../on-error.ts'
import { openProject } from '../open-project.ts'
import { formatFound, formatInUse } from '../render/cleanup.ts'
import { projectFlags } from '../shared-flags.ts'

/** Published snapshots are never touched. */
export const command = defineCommand({
  description: 'Show what interrupted runs left behind, or remove it. Never touches published snapshots.',
  examples: [
    'talos-image cleanup            what is there, and what it costs',
    'talos-image cleanup --yes',
    'talos-image cleanup --run k7wq2mzd   as an interrupted run said it',
  ],
  parameters: {
    ...projectFlags,
    '--yes': 'remove what no running build uses any more',
    '--run <id>': 'remove everything of one run, at once',
  },
  run: async (io, { run, yes = false, ...flags }) => {
    const wrong = findRunIdProblems(run).map((problem) => ({ ...problem, at: RUN_FLAG }))
    await using cloud = await openProject(io, flags, wrong)
    const { signal } = io
    const found = await findTemporary(cloud.hetzner, { run, signal })
    const nowMs = cloud.hetzner.now()
    const records = found.map((thing) => toRecord(thing, nowMs))
    if (run === undefined && !yes) {
      const pricing = found.length === 0 ? undefined : await cloud.hetzner.catalogue.pricesIfKnown({ signal })
      return {
        document: { found: records, removed: [], leftovers: [] },
        text: (width) => formatFound(found, { nowMs, pricing, width }),
      }
    }
    const onRemoved = (name: string): void => io.err(`removed ${name}\n`)
    const { chosen, leftovers } = await removeFound(cloud.hetzner, found, { run, signal, onRemoved })
    const removed = chosen.filter((thing) => leftovers.every(({ name }) => name !== nameOf(thing)))
    for (const one of removed) if (one.isKept) await removeKey(io, one.run)
    const explain = (width: number): string =>
      run === undefined ? formatInUse(found, width) : `Nothing of run ${run} was found.\n`
    return {
      document: { found: records, removed: removed.map((thing) => toRecord(thing, nowMs)), leftovers },
      text: (width) => (chosen.length > 0 ? `Removed ${removed.length} of ${chosen.length}.\n` : explain(width)),
      problems: leftovers.map(({ name, command, reason }) => ({
        code: 'api',
        message: `${name} could not be removed: ${reason}`,
        hint: `remove it: \`${command}\``,
      })),
      exitCode: leftovers.length === 0 ? EXIT.success : EXIT.leftovers,
    }
  },
})

const RUN_FLAG = { kind: 'flag', name: '--run' } as const

function toRecord(thing: Temporary, nowMs: number) {
  const { kind, id, name, run, leaseUntilMs, isKept } = thing
  return {
    kind,
    id,
    name,
    run,
    leaseUntil: Number.isNaN(leaseUntilMs) ? null : new Date(leaseUntilMs).toISOString(),
    abandoned: isAbandoned(thing, nowMs),
    kept: isKept,
  }
}
