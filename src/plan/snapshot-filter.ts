/** Which snapshots are meant, by what they are: the same for everything that looks at several. Pure. */

import type { Architecture, Role } from '../domain.ts'
import type { Snapshot } from '../hetzner/snapshot.ts'
import { roleOf } from './labels.ts'
import { talosVersionOf } from './series.ts'

/** A property that is left out does not filter; of several values, any may match. */
export interface SnapshotFilter {
  readonly architectures?: readonly Architecture[] | undefined
  /** null stands for generic images. */
  readonly roles?: readonly (Role | null)[] | undefined
  /** Whole Talos versions, such as `v1.13.9`, or minor versions: `v1.13`. */
  readonly versions?: readonly string[] | undefined
  /** All of these must be there; undefined as the value: with any value. */
  readonly labels?: Readonly<Record<string, string | undefined>> | undefined
}

/** Whether a snapshot is one of those that are meant. */
export function isWanted(snapshot: Snapshot, filter: SnapshotFilter): boolean {
  const { architectures, roles, versions, labels = {} } = filter
  const version = talosVersionOf(snapshot)
  const own = snapshot.labels
  return (
    (architectures?.includes(snapshot.architecture) ?? true) &&
    (roles?.includes(roleOf(own) ?? null) ?? true) &&
    (versions?.some((wanted) => version === wanted || version?.startsWith(`${wanted}.`) === true) ?? true) &&
    Object.entries(labels).every(([key, value]) => Object.hasOwn(own, key) && (value ?? own[key]) === own[key])
  )
}
