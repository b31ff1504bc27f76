/** Snapshots as a table. */

import type { SnapshotRecord } from '../../report/snapshot.ts'
import { type Column, fitTable } from './columns.ts'
import { formatTime } from './units.ts'

const COLUMNS: readonly Column<SnapshotRecord>[] = [
  { heading: 'ID', show: ({ id }) => String(id) },
  { heading: 'ARCH', show: ({ architecture }) => architecture },
  { heading: 'ROLE', show: ({ role }) => role ?? '-' },
  { heading: 'VERSION', show: ({ version }) => version ?? '-' },
  { heading: 'SIZE', show: ({ sizeGb }) => (sizeGb === null ? '-' : `${sizeGb.toFixed(2)} GB`), spare: 1 },
  { heading: 'CREATED (UTC)', show: ({ created }) => formatTime(created) },
  { heading: 'DESCRIPTION', show: ({ description }) => description, spare: 2 },
]

const MORE_COLUMNS: readonly Column<SnapshotRecord>[] = [
  { heading: 'NEEDS DISK', show: ({ diskGb }) => `${diskGb} GB` },
  { heading: 'PROTECTED', show: (snapshot) => (snapshot.protected ? 'yes' : 'no') },
  { heading: 'SCHEMATIC', show: ({ schematic }) => schematic ?? '-' },
  {
    heading: 'LABELS',
    // The tool's own are long, and say nothing that stands not in the other columns.
    show: ({ labels }) =>
      Object.entries(labels)
        .filter(([key]) => !key.startsWith('talos-image/'))
        .map(([key, value]) => `${key}=${value}`)
        .join(','),
  },
]

/** One line a snapshot. @param width of the terminal */
export function formatSnapshots(snapshots: readonly SnapshotRecord[], width = Number.POSITIVE_INFINITY): string {
  return snapshots.length === 0 ? NONE : fitTable(COLUMNS, snapshots, width)
}

/** One long line a snapshot: with what a server needs, protection, schematic, and the labels that selectors look at. */
export function formatSnapshotsWide(snapshots: readonly SnapshotRecord[]): string {
  return snapshots.length === 0 ? NONE : fitTable([...COLUMNS, ...MORE_COLUMNS], snapshots, Number.POSITIVE_INFINITY)
}

const NONE = 'No Talos snapshots. `talos-image build` makes some.\n'
