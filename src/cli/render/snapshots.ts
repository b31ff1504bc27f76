/** Snapshots as a table. */

import type { SnapshotRecord } from '../../report/snapshot.ts'
import { formatTable } from './table.ts'
import { formatTime } from './units.ts'

/** One line a snapshot. */
export function formatSnapshots(snapshots: readonly SnapshotRecord[]): string {
  if (snapshots.length === 0) return 'No Talos snapshots. `talos-image build` makes some.\n'
  return formatTable(
    ['ID', 'ARCH', 'ROLE', 'VERSION', 'SIZE', 'CREATED (UTC)', 'DESCRIPTION'],
    snapshots.map((snapshot) => [
      String(snapshot.id),
      snapshot.architecture,
      snapshot.role ?? '-',
      snapshot.version ?? '-',
      snapshot.sizeGb === null ? '-' : `${snapshot.sizeGb.toFixed(2)} GB`,
      formatTime(snapshot.created),
      snapshot.description,
    ]),
  )
}
