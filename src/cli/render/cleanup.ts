/** What interrupted runs left behind, as people read it. */

import type { Pricing } from '../../hetzner/wire.ts'
import { isAbandoned, type Temporary } from '../../run/sweep.ts'
import { type Column, fitTable } from './columns.ts'
import { formatDuration, formatPrice } from './units.ts'

interface Surroundings {
  readonly nowMs: number
  /** undefined when it is not known. */
  readonly pricing: Pricing | undefined
  /** Of the terminal. */
  readonly width: number
  /** Whether it lies in a sandbox, as commands must then say. */
  readonly sandbox: boolean
}

const NOTHING = 'Nothing was left behind.\n'

/** A line for each thing, and the commands that remove it. */
export function formatFound(found: readonly Temporary[], { nowMs, pricing, width, sandbox }: Surroundings): string {
  if (found.length === 0) return NOTHING
  const columns: readonly Column<Temporary>[] = [
    { heading: 'KIND', show: ({ kind }) => kind },
    { heading: 'ID', show: ({ id }) => String(id), spare: 2 },
    { heading: 'RUN', show: ({ run }) => run },
    {
      heading: 'STATE',
      show: (thing) =>
        isAbandoned(thing, nowMs)
          ? `abandoned ${formatDuration(nowMs - thing.leaseUntilMs)} ago`
          : `${thing.isKept ? 'kept' : 'in use, lease'} for ${formatDuration(thing.leaseUntilMs - nowMs)}`,
    },
    { heading: 'COST', show: (thing) => formatCost(thing, pricing), spare: 1 },
    { heading: 'NAME', show: ({ name }) => name, spare: 3 },
  ]
  return `${fitTable(columns, found, width)}
Remove what is abandoned:     ${commandWith('--yes', sandbox)}
Remove all of one run now:    ${commandWith('--run RUN', sandbox)}
`
}

/** Why nothing was removed: what is there belongs to a run that goes on, or was killed a short while ago. */
export function formatInUse(found: readonly Temporary[], sandbox: boolean): string {
  if (found.length === 0) return NOTHING
  const runs = [...new Set(found.map(({ run }) => run))]
  return `Nothing was abandoned. What is there belongs to
${runs.length === 1 ? 'a run that may still go on. Once it does not:' : 'runs that may still go on. Once they do not:'}
${runs.map((run) => `  ${commandWith(`--run ${run}`, sandbox)}\n`).join('')}`
}

/** The command, for where this one was called. */
const commandWith = (flag: string, sandbox: boolean): string =>
  `talos-image cleanup ${flag}${sandbox ? ' --sandbox' : ''}`

function formatCost({ kind, cost }: Temporary, pricing: Pricing | undefined): string {
  if (kind === 'SSH key') return 'free'
  if (cost === undefined || pricing === undefined) return '-'
  if ('pricePerHour' in cost) return `${formatPrice(cost.pricePerHour, pricing.currency)} an hour`
  const price = cost.sizeGb * Number(pricing.image.price_per_gb_month.net)
  return Number.isFinite(price) ? `${formatPrice(price, pricing.currency)} a month` : '-'
}
