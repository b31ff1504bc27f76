/** `talos-image cleanup`: what interrupted runs left behind. */

import { type Problem, TalosImageError } from '../../errors.ts'
import type { Pricing } from '../../hetzner/wire.ts'
import { findTemporary, isAbandoned, removeTemporary, type Temporary } from '../../run/sweep.ts'
import { TIMEOUTS } from '../../run/timeouts.ts'
import { systemClock } from '../../util/clock.ts'
import type { Cloud } from '../cloud.ts'
import { defineCommand } from '../define-command.ts'
import { EXIT } from '../exit-codes.ts'
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
    '--yes': 'remove what no living run claims any more',
    '--run <id>': 'remove everything of one run, at once',
  },
  run: async (io, { run, yes = false, sandbox = false, ...flags }) => {
    await using cloud = await openProject(io, { ...flags, sandbox }, checkRun(run))
    const { signal } = io
    const found = await findTemporary(cloud.hetzner, { run, signal })
    const nowMs = systemClock.now()
    const records = found.map((thing) => toRecord(thing, nowMs))
    if (run === undefined && !yes) {
      const pricing = found.length === 0 ? undefined : await lookUpPrices(cloud, signal)
      return {
        document: { found: records, removed: 0, leftovers: [] },
        text: (width) => formatFound(found, { nowMs, pricing, width, sandbox }),
      }
    }
    const chosen = run === undefined ? found.filter((thing) => isAbandoned(thing, nowMs)) : found
    const leftovers = await removeTemporary(cloud.hetzner, chosen, {
      clock: systemClock,
      signal,
      timeoutMs: TIMEOUTS.removeMs,
      onlyAbandoned: run === undefined,
      listener: { onRemoved: ({ name }) => io.err(`removed ${name}\n`) },
    })
    const removed = chosen.length - leftovers.length
    const nothing = run === undefined ? formatInUse(found, sandbox) : `Nothing of run ${run} is there.\n`
    return {
      document: { found: records, removed, leftovers },
      text: chosen.length > 0 ? `Removed ${removed} of ${chosen.length}.\n` : nothing,
      problems: leftovers.map(({ name, command, reason }) => ({
        code: 'api',
        message: `${name} could not be removed: ${reason}`,
        hint: `remove it: \`${command}\``,
      })),
      exitCode: leftovers.length === 0 ? EXIT.success : EXIT.leftovers,
    }
  },
})

/** An empty or mistyped ID must not select something else. */
function checkRun(run: string | undefined): Problem[] {
  if (run === undefined || /^[a-z0-9]{1,32}$/.test(run)) return []
  const message = run === '' ? 'the ID of the run is empty' : `"${run}" is not the ID of a run`
  const hint = 'a run has said its ID when it began; `talos-image cleanup` shows those of what was left behind'
  return [{ code: 'usage', message, at: { kind: 'flag', name: '--run' }, hint }]
}

function toRecord(thing: Temporary, nowMs: number) {
  const { kind, id, name, run, leaseUntilMs } = thing
  return {
    kind,
    id,
    name,
    run,
    leaseUntil: Number.isNaN(leaseUntilMs) ? null : new Date(leaseUntilMs).toISOString(),
    abandoned: isAbandoned(thing, nowMs),
  }
}

/** Prices are shown where they are known; the rest is shown without them. */
async function lookUpPrices({ hetzner }: Cloud, signal: AbortSignal): Promise<Pricing | undefined> {
  try {
    return await hetzner.catalogue.pricing({ signal })
  } catch (error) {
    if (!(error instanceof TalosImageError) || signal.aborted) throw error
    return undefined
  }
}
