/** What a prune would remove, and what that saves. */

import type { Pricing } from '../../hetzner/wire.ts'
import { roleOf } from '../../plan/labels.ts'
import type { PruneDecision } from '../../plan/prune.ts'
import { talosVersionOf } from '../../plan/series.ts'
import { type Column, fitTable } from './columns.ts'
import { foldLines } from './fold.ts'
import { formatGigabytes, formatPrice, formatTime } from './units.ts'

const COLUMNS: readonly Column<PruneDecision>[] = [
  { heading: '', show: ({ goes }) => (goes ? 'goes' : 'stays') },
  { heading: 'ID', show: ({ snapshot }) => String(snapshot.id) },
  { heading: 'ARCH', show: ({ snapshot }) => snapshot.architecture },
  { heading: 'ROLE', show: ({ snapshot }) => roleOf(snapshot.labels) ?? '-' },
  { heading: 'VERSION', show: ({ snapshot }) => talosVersionOf(snapshot) ?? '-', spare: 1 },
  {
    heading: 'SIZE',
    show: ({ snapshot }) => formatGigabytes(snapshot.image_size),
    spare: 3,
  },
  { heading: 'CREATED (UTC)', show: ({ snapshot }) => formatTime(snapshot.created), spare: 2 },
  { heading: 'WHY', show: ({ reason }) => reason },
]

/** One line a snapshot, and the sum. @param width of the terminal */
export function formatPrune(
  decisions: readonly PruneDecision[],
  pricing: Pricing | undefined,
  width = Number.POSITIVE_INFINITY,
): string {
  if (decisions.length === 0) return 'There are no snapshots that talos-image made, or none with that label.\n'
  const table = fitTable(COLUMNS, decisions, width)
  const going = decisions.filter(({ goes }) => goes)
  if (going.length === 0) return `${table}\nAll of them stay.\n`
  const gigabytes = going.reduce((sum, { snapshot }) => sum + (snapshot.image_size ?? 0), 0)
  const perMonth = gigabytes * Number(pricing?.image.price_per_gb_month.net)
  const saved =
    pricing !== undefined && Number.isFinite(perMonth) ? `, ${formatPrice(perMonth, pricing.currency)} a month` : ''
  const sum = `${going.length} of ${decisions.length} go: ${formatGigabytes(gigabytes)}${saved}.`
  return `${table}\n${foldLines(sum, width)}\n`
}
