/** `talos-image cleanup`: what interrupted runs left behind. */

import { type Problem, TalosImageError, throwProblems } from '../../errors.ts'
import type { Pricing } from '../../hetzner/wire.ts'
import { findTemporary, isAbandoned, removeTemporary, type Temporary } from '../../run/sweep.ts'
import { TIMEOUTS } from '../../run/timeouts.ts'
import { systemClock } from '../../util/clock.ts'
import { type Cloud, type CloudOptions, findCloudProblems, openCloud } from '../cloud.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { type OutputFlags, writeJson } from '../output.ts'
import { formatFound, formatInUse } from '../render/cleanup.ts'
import { showError } from '../show-problem.ts'

export interface CleanupFlags extends CloudOptions, OutputFlags {
  /** Removes everything of this run at once, whether its lease has lapsed or not. */
  readonly run?: string
  readonly yes?: boolean
}

/**
 * Without flags only shows what there is; `--yes` removes what no living run claims, `--run ID` all of one run.
 * Published snapshots are never touched.
 */
export async function runCleanup(io: Io, flags: CleanupFlags): Promise<number> {
  throwProblems([...findCloudProblems(io, flags), ...checkRun(flags.run)])
  const cloud = await openCloud(io, flags)
  try {
    const found = await findTemporary(cloud.hetzner, { run: flags.run, signal: io.signal })
    const nowMs = systemClock.now()
    const chosen = flags.run === undefined ? found.filter((thing) => isAbandoned(thing, nowMs)) : found
    const sandbox = flags.sandbox === true
    const remove = flags.run !== undefined || flags.yes === true
    if (!remove) {
      if (flags.output === 'json')
        writeJson(io, { found: found.map((thing) => toRecord(thing, nowMs)), removed: 0, leftovers: [] })
      else {
        const pricing = found.length === 0 ? undefined : await lookUpPrices(cloud, io.signal)
        io.out(formatFound(found, { nowMs, pricing, width: io.outColumns(), sandbox }))
      }
      return EXIT.success
    }
    const leftovers = await removeTemporary(cloud.hetzner, chosen, {
      clock: systemClock,
      signal: io.signal,
      timeoutMs: TIMEOUTS.removeMs,
      onlyAbandoned: flags.run === undefined,
      listener: { onRemoved: ({ name }) => io.err(`removed ${name}\n`) },
    })
    if (flags.output === 'json') {
      writeJson(io, {
        found: found.map((thing) => toRecord(thing, nowMs)),
        removed: chosen.length - leftovers.length,
        leftovers,
      })
    } else {
      const removed = `Removed ${chosen.length - leftovers.length} of ${chosen.length}.\n`
      if (chosen.length > 0) io.out(removed)
      else if (flags.run !== undefined) io.out(`Nothing of run ${flags.run} is there.\n`)
      else io.out(formatInUse(found, sandbox))
    }
    for (const { name, command, reason } of leftovers) {
      showError(io, {
        code: 'api',
        message: `${name} could not be removed: ${reason}`,
        hint: `remove it: \`${command}\``,
      })
    }
    return leftovers.length === 0 ? EXIT.success : EXIT.leftovers
  } finally {
    await cloud.close()
  }
}

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

/** Prices are good to know, and no reason to show nothing. */
async function lookUpPrices({ hetzner }: Cloud, signal: AbortSignal): Promise<Pricing | undefined> {
  try {
    return await hetzner.catalogue.pricing({ signal })
  } catch (error) {
    if (!(error instanceof TalosImageError) || signal.aborted) throw error
    return undefined
  }
}
