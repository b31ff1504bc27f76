/** `talos-image cleanup`: what interrupted runs left behind. */

import { findTemporary, isAbandoned, removeTemporary, type Temporary } from '../../build/sweep.ts'
import { TIMEOUTS } from '../../build/timeouts.ts'
import { type Problem, TalosImageError, throwProblems } from '../../errors.ts'
import type { Pricing } from '../../hetzner/wire.ts'
import { systemClock } from '../../util/clock.ts'
import { type Cloud, type CloudOptions, findCloudProblems, openCloud } from '../cloud.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { type OutputFlags, writeJson } from '../output.ts'
import { type Column, fitTable } from '../render/columns.ts'
import { formatDuration, formatPrice } from '../render/units.ts'
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
    const remove = flags.run !== undefined || flags.yes === true
    if (!remove) {
      if (flags.output === 'json')
        writeJson(io, { found: found.map((thing) => toRecord(thing, nowMs)), removed: 0, leftovers: [] })
      else
        io.out(
          formatFound(
            found,
            nowMs,
            found.length === 0 ? undefined : await lookUpPrices(cloud, io.signal),
            io.outColumns(),
          ),
        )
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
      const nothing = flags.run === undefined ? 'Nothing was left behind.' : `Nothing of run ${flags.run} is there.`
      io.out(
        chosen.length === 0 ? `${nothing}\n` : `Removed ${chosen.length - leftovers.length} of ${chosen.length}.\n`,
      )
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

function formatCost({ kind, cost }: Temporary, pricing: Pricing | undefined): string {
  if (kind === 'SSH key') return 'free'
  if (cost === undefined || pricing === undefined) return '-'
  if ('pricePerHour' in cost) return `${formatPrice(cost.pricePerHour, pricing.currency)} an hour`
  const price = cost.sizeGb * Number(pricing.image.price_per_gb_month.net)
  return Number.isFinite(price) ? `${formatPrice(price, pricing.currency)} a month` : '-'
}

function formatFound(found: readonly Temporary[], nowMs: number, pricing: Pricing | undefined, width: number): string {
  if (found.length === 0) return 'Nothing was left behind.\n'
  const columns: readonly Column<Temporary>[] = [
    { heading: 'KIND', show: ({ kind }) => kind },
    { heading: 'ID', show: ({ id }) => String(id), spare: 2 },
    { heading: 'RUN', show: ({ run }) => run },
    {
      heading: 'STATE',
      show: (thing) =>
        isAbandoned(thing, nowMs)
          ? `abandoned ${formatDuration(nowMs - thing.leaseUntilMs)} ago`
          : `in use, lease for ${formatDuration(thing.leaseUntilMs - nowMs)}`,
    },
    { heading: 'COST', show: (thing) => formatCost(thing, pricing), spare: 1 },
    { heading: 'NAME', show: ({ name }) => name, spare: 3 },
  ]
  return `${fitTable(columns, found, width)}
Remove what is abandoned:     talos-image cleanup --yes
Remove all of one run now:    talos-image cleanup --run RUN
`
}
