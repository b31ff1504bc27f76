/** What a prune would remove, and what that saves. */

import type { Pricing } from '../../hetzner/wire.ts'
import { roleOf } from '../../plan/labels.ts'
import type { PruneDecision } from '../../plan/prune.ts'
import { formatTable } from './table.ts'
import { formatPrice, formatTime } from './units.ts'

/** One line a snapshot, and the sum. */
export function formatPrune(decisions: readonly PruneDecision[], pricing: Pricing): string {
  if (decisions.length === 0) return 'There are no snapshots that talos-image made.\n'
  const rows = decisions.map(({ snapshot, goes, reason }) => [
    goes ? 'goes' : 'stays',
    String(snapshot.id),
    snapshot.architecture,
    roleOf(snapshot.labels) ?? '-',
    snapshot.labels.version ?? '-',
    snapshot.image_size === null ? '-' : `${snapshot.image_size.toFixed(2)} GB`,
    formatTime(snapshot.created),
    reason,
  ])
  const table = formatTable(['', 'ID', 'ARCH', 'ROLE', 'VERSION', 'SIZE', 'CREATED (UTC)', 'WHY'], rows)
  const going = decisions.filter(({ goes }) => goes)
  if (going.length === 0) return `${table}\nAll of them stay.\n`
  const gigabytes = going.reduce((sum, { snapshot }) => sum + (snapshot.image_size ?? 0), 0)
  const perMonth = gigabytes * Number(pricing.image.price_per_gb_month.net)
  const saved = Number.isFinite(perMonth) ? `, ${formatPrice(perMonth, pricing.currency)} a month` : ''
  return `${table}\n${going.length} of ${decisions.length} go: ${gigabytes.toFixed(2)} GB${saved}.\n`
}
