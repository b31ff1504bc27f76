/** In which order the snapshots of a list are shown. Pure. */

import semver from 'semver'
import type { SnapshotRecord } from './snapshot.ts'
import type { Sort, SortField } from './sort-fields.ts'

/** Sorted by one field, then by ID; snapshots without a value are last in both directions. */
export function sortSnapshots(snapshots: readonly SnapshotRecord[], { field, descending }: Sort): SnapshotRecord[] {
  const sign = descending ? -1 : 1
  return snapshots.toSorted((a, b) => {
    const [left, right] = [fieldOf(a, field), fieldOf(b, field)]
    if (left === null || right === null) return Number(left === null) - Number(right === null) || a.id - b.id
    return sign * (compare(left, right, field) || a.id - b.id)
  })
}

function fieldOf(snapshot: SnapshotRecord, field: SortField): string | number | null {
  if (field === 'size') return snapshot.sizeGb
  if (field === 'created') return Date.parse(snapshot.created)
  return snapshot[field]
}

function compare(a: string | number, b: string | number, field: SortField): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const [left, right] = [String(a), String(b)]
  // v1.9.0 comes before v1.10.0.
  if (field === 'version' && semver.valid(left) !== null && semver.valid(right) !== null) {
    return semver.compare(left, right)
  }
  return left.localeCompare(right, 'en')
}
