/** Snapshots as a table. */

import { PREFIX } from '../../plan/labels.ts'
import type { SnapshotRecord } from '../../report/snapshot.ts'
import { type Column, fitTable } from './columns.ts'
import { formatAdvice } from './problem.ts'
import { formatGigabytes, formatTime } from './units.ts'

const COLUMNS: readonly Column<SnapshotRecord>[] = [
  { heading: 'ID', show: ({ id }) => String(id) },
  { heading: 'ARCH', show: ({ architecture }) => architecture },
  { heading: 'ROLE', show: ({ role }) => role ?? '-' },
  { heading: 'VERSION', show: ({ version }) => version ?? '-' },
  { heading: 'SIZE', show: ({ sizeGb }) => formatGigabytes(sizeGb), spare: 1 },
  { heading: 'CREATED (UTC)', show: ({ created }) => formatTime(created) },
  { heading: 'DESCRIPTION', show: ({ description }) => description, spare: 2 },
]

const MORE_COLUMNS: readonly Column<SnapshotRecord>[] = [
  { heading: 'NEEDS DISK', show: ({ diskGb }) => `${diskGb} GB` },
  { heading: 'PROTECTED', show: (snapshot) => (snapshot.protected ? 'yes' : 'no') },
  { heading: 'BOOTED', show: ({ bootTested }) => bootTested ?? '-' },
  { heading: 'SCHEMATIC', show: ({ schematic }) => schematic ?? '-' },
  {
    heading: 'LABELS',
    // The tool's own are long, and the rest of what is left out stands in other columns.
    show: ({ labels, architecture, version, role }) =>
      Object.entries(labels)
        .filter(([key, value]) => !key.startsWith(PREFIX) && { arch: architecture, version, role }[key] !== value)
        .map((label) => label.join('='))
        .join(', '),
  },
]

/** One line a snapshot. @param width of the terminal */
export function formatSnapshots(snapshots: readonly SnapshotRecord[], width = Number.POSITIVE_INFINITY): string {
  return snapshots.length === 0 ? noSnapshots(width) : fitTable(COLUMNS, snapshots, width)
}

/** With what a server needs, protection, schematic, and the labels that no column tells. @param width of the terminal */
export function formatSnapshotsWide(snapshots: readonly SnapshotRecord[], width = Number.POSITIVE_INFINITY): string {
  return snapshots.length === 0 ? noSnapshots(width) : fitTable([...COLUMNS, ...MORE_COLUMNS], snapshots, width)
}

/** What is said where there are none. */
export const noSnapshots = (width: number): string =>
  formatAdvice('No Talos snapshots; build some: `talos-image build`', width)
