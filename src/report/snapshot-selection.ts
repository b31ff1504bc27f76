/** Which snapshots of a list are shown, and in which order. Pure. */

import semver from 'semver'
import type { Architecture, Role } from '../domain.ts'
import type { SnapshotRecord } from './snapshot.ts'
import type { Sort, SortField } from './sort-fields.ts'

/** The snapshots to show: a property that is left out does not filter; of several values, any may match. */
export interface SnapshotFilter {
  readonly architectures?: readonly Architecture[] | undefined
  /** null stands for generic images. */
  readonly roles?: readonly (Role | null)[] | undefined
  /** Full versions, such as `v1.13.9`, or minor versions: `v1.13`. */
  readonly versions?: readonly string[] | undefined
}

/** The snapshots that match, in their order. */
export function filterSnapshots(snapshots: readonly SnapshotRecord[], filter: SnapshotFilter): SnapshotRecord[] {
  const { architectures, roles, versions } = filter
  return snapshots.filter(
    ({ architecture, role, version }) =>
      (architectures?.includes(architecture) ?? true) &&
      (roles?.includes(role) ?? true) &&
      (versions?.some((wanted) => version === wanted || version?.startsWith(`${wanted}.`) === true) ?? true),
  )
}

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
