/** What interrupted runs left behind, as people read it. */

import type { Pricing } from '../../hetzner/wire.ts'
import { isAbandoned, type Temporary } from '../../run/sweep.ts'
import { pasteable } from '../invocation.ts'
import { type Column, fitTable } from './columns.ts'
import { foldLines } from './fold.ts'
import { formatDuration, formatPrice, formatTime } from './units.ts'

interface Surroundings {
  readonly nowMs: number
  /** undefined when it is not known. */
  readonly pricing: Pricing | undefined
  /** Of the terminal. */
  readonly width: number
}

const NOTHING = 'Nothing was left behind.\n'

/** A line for each thing, and the commands that remove it. */
export function formatFound(found: readonly Temporary[], { nowMs, pricing, width }: Surroundings): string {
  if (found.length === 0) return NOTHING
  const columns: readonly Column<Temporary>[] = [
    { heading: 'KIND', show: ({ kind }) => kind },
    { heading: 'ID', show: ({ id }) => String(id), spare: 2 },
    { heading: 'RUN', show: ({ run }) => run },
    {
      heading: 'STATE',
      show: (thing) => {
        if (isAbandoned(thing, nowMs)) return `abandoned ${formatDuration(nowMs - thing.leaseUntilMs)} ago`
        if (thing.isKept) return `kept until ${formatTime(new Date(thing.leaseUntilMs).toISOString())} UTC`
        return `in use, lease for ${formatDuration(thing.leaseUntilMs - nowMs)}`
      },
    },
    { heading: 'COST', show: (thing) => formatCost(thing, pricing), spare: 1 },
    { heading: 'NAME', show: ({ name }) => name, spare: 3 },
  ]
  const runs = [...new Set(found.map(({ run }) => run))]
  return `${fitTable(columns, found, width)}
Remove what is abandoned:     ${pasteable('talos-image cleanup --yes')}
${runs.map((run) => `Remove all of one run now:    ${pasteable(`talos-image cleanup --run ${run}`)}\n`).join('')}`
}

/** Why nothing was removed: what is there belongs to a run that goes on, or was killed a short while ago. @param width of the terminal */
export function formatInUse(found: readonly Temporary[], width: number): string {
  if (found.length === 0) return NOTHING
  const runs = [...new Set(found.map(({ run }) => run))]
  const [what, ended] =
    runs.length === 1 ? ['a run that has not ended', 'that run has'] : ['runs that have not ended', 'those runs have']
  const commands = runs.map((run) => `  ${pasteable(`talos-image cleanup --run ${run}`)}\n`)
  if (found.every(({ isKept }) => isKept)) {
    const kept = 'Nothing was removed: what is there was kept to be looked at, and its time is not over. Remove it now:'
    return `${foldLines(kept, width)}\n${commands.join('')}`
  }
  const text = `Nothing was removed: what is there belongs to ${what}, or was stopped less than 15 minutes ago. If you know that ${ended} stopped, remove it now:`
  return `${foldLines(text, width)}\n${commands.join('')}`
}

function formatCost({ kind, cost }: Temporary, pricing: Pricing | undefined): string {
  if (kind === 'SSH key') return 'free'
  if (cost === undefined || pricing === undefined) return '-'
  if ('pricePerHour' in cost) return `${formatPrice(cost.pricePerHour, pricing.currency)} an hour`
  const price = cost.sizeGb * Number(pricing.image.price_per_gb_month.net)
  return Number.isFinite(price) ? `${formatPrice(price, pricing.currency)} a month` : '-'
}
