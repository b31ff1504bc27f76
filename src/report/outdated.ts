/** Which snapshots have an older Talos version than is available. Pure. */

import semver from 'semver'
import type { Snapshot } from '../hetzner/snapshot.ts'
import { describeSeries, type Series, seriesKey, seriesOf, talosVersionOf } from '../plan/series.ts'

/** The newest snapshot of a series, and what is newer than its Talos. */
export interface Age {
  readonly snapshot: Snapshot
  readonly series: Series
  /** The Talos version of the snapshot. */
  readonly version: string
  /** The newest patch release of the same minor version; null when the snapshot has it. */
  readonly newerPatch: string | null
  /** The newest stable version of a newer minor version; null when there is none. */
  readonly newerMinor: string | null
}

/**
 * @param versions all that the Image Factory has
 * @returns one entry for each series that there are snapshots of; snapshots whose version is unknown are left out
 */
export function findAges(snapshots: readonly Snapshot[], versions: readonly string[]): Age[] {
  const stable = versions.filter((version) => semver.valid(version) !== null && semver.prerelease(version) === null)
  const newest = new Map<string, { snapshot: Snapshot; version: string }>()
  for (const snapshot of snapshots) {
    const version = talosVersionOf(snapshot)
    if (version === undefined) continue
    const key = seriesKey(snapshot)
    const other = newest.get(key)
    if (other === undefined || semver.gt(version, other.version)) newest.set(key, { snapshot, version })
  }
  return [...newest.values()].map(({ snapshot, version }) => toAge(snapshot, version, stable)).toSorted(byKind)
}

function toAge(snapshot: Snapshot, version: string, stable: readonly string[]): Age {
  const newer = stable.filter((other) => semver.gt(other, version))
  const isSameMinor = (other: string): boolean =>
    semver.major(other) === semver.major(version) && semver.minor(other) === semver.minor(version)
  return {
    snapshot,
    series: seriesOf(snapshot),
    version,
    newerPatch: semver.rsort(newer.filter(isSameMinor))[0] ?? null,
    newerMinor: semver.rsort(newer.filter((other) => !isSameMinor(other)))[0] ?? null,
  }
}

const byKind = (a: Age, b: Age): number => describeSeries(a.series).localeCompare(describeSeries(b.series))
