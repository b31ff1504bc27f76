/** Which snapshots a newer Talos has come out for since. Pure. */

import semver from 'semver'
import type { Architecture, Role } from '../domain.ts'
import type { Snapshot } from '../hetzner/snapshot.ts'
import { roleOf } from '../plan/labels.ts'

/** The newest snapshot of a role and architecture, and what is newer than its Talos. */
export interface Age {
  readonly architecture: Architecture
  /** null for generic images */
  readonly role: Role | null
  /** Its ID. */
  readonly snapshot: number
  readonly version: string
  /** The newest patch of the same minor version; null when it is that. */
  readonly newerPatch: string | null
  /** The newest stable version of all; null when it is of that minor version, or a newer one. */
  readonly newerMinor: string | null
}

/**
 * @param versions all that the Image Factory has
 * @returns one entry for each role and architecture that there are snapshots of; those without a version are left out
 */
export function findAges(snapshots: readonly Snapshot[], versions: readonly string[]): Age[] {
  const stable = versions.filter((version) => semver.valid(version) !== null && semver.prerelease(version) === null)
  const newest = new Map<string, Snapshot>()
  for (const image of snapshots) {
    if (semver.valid(image.labels.version ?? '') === null) continue
    const kind = `${roleOf(image.labels) ?? ''} ${image.architecture}`
    const other = newest.get(kind)
    if (other === undefined || semver.gt(image.labels.version ?? '', other.labels.version ?? ''))
      newest.set(kind, image)
  }
  return [...newest.values()].map((image) => toAge(image, stable)).toSorted(byKind)
}

function toAge({ id, architecture, labels }: Snapshot, stable: readonly string[]): Age {
  const version = labels.version ?? ''
  const newer = stable.filter((other) => semver.gt(other, version))
  const isSameMinor = (other: string): boolean =>
    semver.major(other) === semver.major(version) && semver.minor(other) === semver.minor(version)
  return {
    architecture,
    role: roleOf(labels) ?? null,
    snapshot: id,
    version,
    newerPatch: semver.rsort(newer.filter(isSameMinor))[0] ?? null,
    newerMinor: semver.rsort(newer.filter((other) => !isSameMinor(other)))[0] ?? null,
  }
}

const byKind = (a: Age, b: Age): number =>
  `${a.role ?? ''} ${a.architecture}`.localeCompare(`${b.role ?? ''} ${b.architecture}`)
