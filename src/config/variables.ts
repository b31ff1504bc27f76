/** The variables of the `_packer` directory, and what they came to after all sources were read. */

import type { Architecture } from '../domain.ts'
import type { Origin, Problem } from '../errors.ts'

/** A value and where it came from, so that a later check can point at it. */
export interface Sourced<T> {
  readonly value: T
  /** Where it was set, for messages. */
  readonly origin: Origin
}

/** What the variables came to. */
export interface Variables {
  /** As written: `v1.12.2`, `v1.13` or `latest`. */
  readonly talosVersion: Sourced<string>
  /** The preferred type of the build server. */
  readonly serverTypes: Readonly<Record<Architecture, Sourced<string>>>
  /** The preferred location of the build servers. */
  readonly location: Sourced<string>
  /** null: the default image of the version. */
  readonly imageUrls: Readonly<Record<Architecture, Sourced<string | null>>>
  /** Problems that stop nothing, such as an undeclared name in a var file. */
  readonly warnings: readonly Problem[]
}
