/** The plan: what will be made, out of what, where, and for how much. Pure data. */

import type { Inputs } from '../config/inputs.ts'
import type { Sourced } from '../config/variables.ts'
import type { Architecture, Labels, Role } from '../domain.ts'
import type { Problem } from '../errors.ts'
import type { Snapshot } from '../hetzner/snapshot.ts'
import type { Image, Pricing, ServerType } from '../hetzner/wire.ts'
import type { Source, SourceFacts } from '../source/source.ts'
import type { Placement } from './placement.ts'
import type { Place } from './placement-checks.ts'
import type { ServerSettings } from './server-settings.ts'
import type { Shard } from './shard.ts'
import type { SnapshotUsers } from './users.ts'

/**
 * What was found out about one image's source.
 * @internal
 */
export interface ResolvedSource {
  readonly source: Source
  readonly facts: SourceFacts
  /** undefined for anything that is not known to come from the Factory. */
  readonly schematicId: string | undefined
  readonly installer: string | undefined
  /** Where the build server downloads from: the source's URL, and where that redirects to. */
  readonly urls?: readonly string[]
}

/**
 * Everything that was looked up, none of it changed anything.
 * @internal
 */
export interface Facts {
  readonly nowMs: number
  /** The version that `talos_version` stands for. */
  readonly talosVersion: string
  readonly serverTypes: readonly ServerType[]
  readonly locations: readonly Place[]
  /** undefined: the API did not tell. */
  readonly pricing: Pricing | undefined
  /** The project's snapshots that this tool made, whether published or not. */
  readonly snapshots: readonly Image[]
  /** The servers that were made from them; empty where nothing may be replaced. */
  readonly users: SnapshotUsers
  /** In the order of the requested images. */
  readonly sources: readonly ResolvedSource[]
  /** In the order of the requested images. */
  readonly servers: readonly ServerSettings[]
  /** What is worth saying about them. */
  readonly serverWarnings: readonly Problem[]
}

/** One image of a plan. */
export interface PlannedImage {
  /** Names the image in every message: `arm`, `x86 control-plane`. */
  readonly name: string
  readonly architecture: Architecture
  /** What `-only` of Packer calls its build in the template, such as `hcloud.talos-arm`; undefined without a template. */
  readonly build?: string | undefined
  /** undefined: a generic image. */
  readonly role: Role | undefined
  /** As resolved: `v1.13.9`. */
  readonly talosVersion: string
  /** Where the disk comes from. */
  readonly source: Source
  readonly sourceFacts: SourceFacts
  /** The pinned SHA-256 of the source as it is transferred. */
  readonly sha256: string | undefined
  /** undefined when the image is not known to come from the Image Factory. */
  readonly schematicId: string | undefined
  /** The file that its schematic was read from; undefined for the default schematic, and for one that a URL names. */
  readonly schematicFile: string | undefined
  /** The installer that belongs to the image; undefined when its schematic is unknown. */
  readonly installer: string | undefined
  /** A hash of all that decides the content; undefined: it is built even if such an image exists. */
  readonly identity: string | undefined
  /** The description of the snapshot. */
  readonly description: string
  /** The labels by which Terraform finds the snapshot. */
  readonly labels: Labels
  /** Tried in this order; empty when nothing is in stock. */
  readonly placements: readonly Placement[]
  /** The server type and the location that were asked for. */
  readonly preferred: { readonly serverType: Sourced<string>; readonly location: Sourced<string> }
  /** How SSH reaches the build server, where a template says so. */
  readonly ssh: { readonly port: number | undefined; readonly timeoutMs: number | undefined }
  /** What the build server is beside its placement. */
  readonly server: ServerSettings
  /** The server that its snapshot is booted on, which proves that it does; undefined when it is not asked for, or has been done. */
  readonly bootTest?: BootTest | undefined
  /** Whether it is built even if such an image exists. */
  readonly force: boolean
  /** The snapshot that exists already, which makes building needless. */
  readonly existing: Snapshot | undefined
  /** The newest snapshot of the same series that this tool made, which may be all there is when nothing is in stock. */
  readonly older: Snapshot | undefined
  /** Snapshots that the new one replaces; deleted once it is published. */
  readonly replaces: readonly Snapshot[]
  /** Whether they are deleted even if a server was made from one of them. */
  readonly evenInUse: boolean
  /** What is worth knowing about the placements, in words. */
  readonly notes: readonly string[]
}

/** Where a snapshot is booted, as far as that can be told before it is made. */
export interface BootTest {
  /** Tried in this order; looked up again when the snapshot is there. */
  readonly placements: readonly Placement[]
  /** The only server type that may be used, at the preferred location; undefined: any that is big enough. */
  readonly only: string | undefined
}

/**
 * Whether something is made for it: a snapshot, or a server that boots the one that there is.
 * @internal
 */
export const isToDo = ({ existing, bootTest }: Pick<PlannedImage, 'existing' | 'bootTest'>): boolean =>
  existing === undefined || bootTest !== undefined

/** Net prices in the project's currency; undefined when the API names none. */
export interface Cost {
  /** undefined: the API told no prices, and so nothing of the cost is known. */
  readonly currency: string | undefined
  /** All build servers, and those of boot tests, with the IPv4 addresses that they have; each is billed for the hour that it begins. */
  readonly build: number | undefined
  /** A server's IPv4 address for an hour, by location. */
  readonly addressPerHour: ReadonlyMap<string, number>
  /** Keeping the new snapshots for a month, by the size of what is transferred; undefined when that is unknown. */
  readonly snapshotsPerMonth: number | undefined
}

/** What will be made, out of what, where, and for how much. Pure data. */
export interface Plan {
  /** As resolved: `v1.13.9`. */
  readonly talosVersion: string
  /** The files that the request was read from; undefined when it was made by a program. */
  readonly inputs?: Inputs | undefined
  /** The part of the images that it is for; missing when it is for all that were asked for. */
  readonly shard?: Shard
  readonly images: readonly PlannedImage[]
  readonly cost: Cost
  /** What is worth saying and stops nothing. */
  readonly warnings: readonly Problem[]
  /**
   * Snapshots that are not published: of builds that go on, or that ended too soon.
   * @internal
   */
  readonly unpublished: readonly Image[]
}
