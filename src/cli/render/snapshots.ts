/** Snapshots as a table. */

import type { SnapshotRecord } from '../../report/snapshot.ts'
import { formatTable } from './table.ts'
import { formatTime } from './units.ts'

/** A column: its heading, and what stands in it. */
type Column = readonly [heading: string, show: (snapshot: SnapshotRecord) => string]

const COLUMNS: readonly Column[] = [
  ['ID', ({ id }) => String(id)],
  ['ARCH', ({ architecture }) => architecture],
  ['ROLE', ({ role }) => role ?? '-'],
  ['VERSION', ({ version }) => version ?? '-'],
  ['SIZE', ({ sizeGb }) => (sizeGb === null ? '-' : `${sizeGb.toFixed(2)} GB`)],
  ['CREATED (UTC)', ({ created }) => formatTime(created)],
  ['DESCRIPTION', ({ description }) => description],
]

const MORE_COLUMNS: readonly Column[] = [
  ['NEEDS DISK', ({ diskGb }) => `${diskGb} GB`],
  ['PROTECTED', (snapshot) => (snapshot.protected ? 'yes' : 'no')],
  ['SCHEMATIC', ({ schematic }) => schematic ?? '-'],
  // The tool's own are long, and say nothing that stands not in the other columns.
  [
    'LABELS',
    ({ labels }) =>
      Object.entries(labels)
        .filter(([key]) => !key.startsWith('talos-image/'))
        .map(([key, value]) => `${key}=${value}`)
        .join(','),
  ],
]

/** One line a snapshot. */
export function formatSnapshots(snapshots: readonly SnapshotRecord[]): string {
  return formatColumns(snapshots, COLUMNS)
}

/** One long line a snapshot: with what a server needs, protection, schematic, and the labels that selectors look at. */
export function formatSnapshotsWide(snapshots: readonly SnapshotRecord[]): string {
  return formatColumns(snapshots, [...COLUMNS, ...MORE_COLUMNS])
}

function formatColumns(snapshots: readonly SnapshotRecord[], columns: readonly Column[]): string {
  if (snapshots.length === 0) return 'No Talos snapshots. `talos-image build` makes some.\n'
  return formatTable(
    columns.map(([heading]) => heading),
    snapshots.map((snapshot) => columns.map(([, show]) => show(snapshot))),
  )
}
