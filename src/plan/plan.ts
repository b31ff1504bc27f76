/** The plan: what will be made, out of what, where, and for how much. Pure data, made by a pure function. */

import type { Inputs } from '../config/inputs.ts'
import type { Sourced } from '../config/variables.ts'
import type { Architecture, Labels, Role } from '../domain.ts'
import { type Problem, throwProblems } from '../errors.ts'
import type { Snapshot } from '../hetzner/snapshot.ts'
import type { Image, Pricing, ServerType } from '../hetzner/wire.ts'
import type { Source, SourceFacts } from '../source/source.ts'
import { isBootTested, rankBootPlacements } from './boot-test.ts'
import { identityOf } from './identity.ts'
import { IDENTITY_LABEL, isFromSource, LEASE_LABEL, publicDescription, publicLabels, withRole } from './labels.ts'
import { type Placement, rankPlacements } from './placement.ts'
import { findZoneProblem, type Place } from './placement-checks.ts'
import { toPlacementInput } from './placement-input.ts'
import type { ImageRequest, PlanRequest } from './request.ts'
import { seriesKey } from './series.ts'
import type { ServerSettings } from './server-settings.ts'
import type { Shard } from './shard.ts'
import { describeUsers, IN_USE_HINT, type SnapshotUsers } from './users.ts'

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

/**
 * Decides everything, from what was asked for and what was found.
 * @throws ProblemsError with every name that does not exist, does not fit, or is too small
 * @internal
 */
export function createPlan(
  request: PlanRequest,
  wanted: readonly ImageRequest[],
  warnings: readonly Problem[],
  facts: Facts,
): Plan {
  const problems: Problem[] = []
  const images = wanted.flatMap((image, index) => {
    const resolved = facts.sources[index]
    const server = facts.servers[index]
    if (resolved === undefined || server === undefined) return []
    const { planned, problems: found } = planImage(request, image, { resolved, server }, facts)
    problems.push(...found)
    return [planned]
  })
  throwProblems([...new Map(problems.map((problem) => [problem.message, problem])).values()])
  const unpublished = facts.snapshots.filter(({ labels }) => labels[LEASE_LABEL] !== undefined)
  const { talosVersion, pricing } = facts
  return {
    talosVersion,
    inputs: request.inputs,
    ...(request.shard === undefined ? {} : { shard: request.shard }),
    images,
    cost: costOf(images, pricing),
    warnings,
    unpublished,
  }
}

function planImage(
  request: PlanRequest,
  image: ImageRequest,
  { resolved, server }: { readonly resolved: ResolvedSource; readonly server: ServerSettings },
  facts: Facts,
): { planned: PlannedImage; problems: readonly Problem[] } {
  const { architecture, role, sha256, serverType, location, template } = image
  const talosVersion = template?.version?.value ?? facts.talosVersion
  const own = Object.fromEntries([...(request.labels ?? [])].map(([key, { value }]) => [key, value]))
  const labels = { ...(template?.labels ?? publicLabels({ architecture, talosVersion, role })), ...own }
  const identity = identityOf({ source: resolved.source, architecture, role, talosVersion, sha256 })
  const mostDiskGb = request.allowBiggerDisk ? undefined : diskOf(serverType.value, facts)
  // A snapshot of a bigger disk could not start the servers that one of the wanted type can.
  const usable = facts.snapshots.filter(({ disk_size }) => disk_size <= (mostDiskGb ?? Number.POSITIVE_INFINITY))
  const same = usable.filter(
    (snapshot) =>
      isSame(snapshot, { identity, labels, architecture }) &&
      (sha256 === undefined || isFromSource(snapshot.labels, sha256)),
  )
  const description = withRole(
    request.description?.value ?? template?.description ?? publicDescription(architecture, talosVersion),
    role,
  )
  const namesakes = facts.snapshots.filter(
    (snapshot) =>
      isPublished(snapshot) && snapshot.architecture === architecture && snapshot.description === description,
  )
  const replaces = request.force ? (request.replaceAsPacker ? namesakes : same) : []
  const misplaced = findZoneProblem(location, server.networkZones, facts.locations)
  const { placements, notes, problems } =
    misplaced === undefined
      ? rankPlacements(toPlacementInput(request, image, resolved.facts.rawBytes, facts, server.networkZones))
      : { placements: [], notes: [], problems: [misplaced] }
  const existing = request.force ? undefined : same[0]
  const planned: PlannedImage = {
    name: image.name,
    architecture,
    build: template?.build,
    role,
    talosVersion,
    source: resolved.source,
    sourceFacts: resolved.facts,
    sha256,
    schematicId: resolved.schematicId,
    schematicFile: image.choice.kind === 'schematic' ? image.choice.schematic?.file : undefined,
    installer: resolved.installer,
    identity,
    description,
    labels,
    placements,
    preferred: { serverType, location },
    ssh: { port: template?.sshPort, timeoutMs: template?.sshTimeoutMs },
    server,
    bootTest: planBootTest(request, image, { existing, first: placements[0], server }, facts),
    force: request.force,
    existing,
    // They are sorted, newest first.
    older: usable.find((snapshot) => isOfSeries(snapshot, { labels, architecture })),
    replaces,
    evenInUse: request.evenInUse === true,
    notes,
  }
  const used = request.replaceAsPacker ? [] : findUsed(planned, facts.users)
  return { planned, problems: [...problems, ...used] }
}

function planBootTest(
  { bootTest, noFallback }: PlanRequest,
  { architecture, serverType, location }: ImageRequest,
  { existing, first, server }: { existing: Image | undefined; first: Placement | undefined; server: ServerSettings },
  facts: Facts,
): BootTest | undefined {
  if (bootTest !== true || (existing !== undefined && isBootTested(existing))) return undefined
  const only = noFallback ? serverType.value : undefined
  const diskGb = existing?.disk_size ?? first?.diskGb ?? 0
  const wish = { architecture, diskGb, location: location.value, networkZones: server.networkZones, only }
  return { placements: rankBootPlacements(wish, facts), only }
}

/**
 * What keeps `--force` from replacing snapshots: those that servers were made from, unless they may go all the same.
 * @internal
 */
export function findUsed(
  { name, replaces, evenInUse }: Pick<PlannedImage, 'name' | 'replaces' | 'evenInUse'>,
  users: SnapshotUsers,
): Problem[] {
  if (evenInUse) return []
  return replaces.flatMap(({ id }): Problem[] => {
    const servers = users.get(id) ?? []
    const message = `${name}: the snapshot ${id}, which --force would replace, is in use`
    return servers.length === 0
      ? []
      : [{ code: 'usage', message: `${message}: ${describeUsers(servers)}`, hint: IN_USE_HINT }]
  })
}

/**
 * A snapshot serves instead of a new one when its content is the same, selectors find it in the same way, and it belongs to
 * the same series.
 * @internal
 */
export function isSame(
  snapshot: Image,
  { identity, labels, architecture }: Pick<PlannedImage, 'identity' | 'labels' | 'architecture'>,
): boolean {
  return (
    identity !== undefined &&
    snapshot.labels[IDENTITY_LABEL] === identity &&
    Object.entries(labels).every(([key, value]) => snapshot.labels[key] === value) &&
    isOfSeries(snapshot, { labels, architecture })
  )
}

/** Whether a snapshot is published, can be used, and belongs to the series of an image. */
function isOfSeries(snapshot: Image, image: Pick<PlannedImage, 'labels' | 'architecture'>): boolean {
  return isPublished(snapshot) && seriesKey(snapshot) === seriesKey(image)
}

const isPublished = ({ labels, status }: Image): boolean => labels[LEASE_LABEL] === undefined && status === 'available'

function diskOf(serverType: string, { serverTypes }: Facts): number | undefined {
  return serverTypes.find(({ name }) => name === serverType)?.disk
}

/**
 * What the servers and the snapshots of images will cost.
 * @internal
 */
export function costOf(images: readonly PlannedImage[], pricing: Pricing | undefined): Cost {
  if (pricing === undefined) {
    return { currency: undefined, build: undefined, addressPerHour: new Map(), snapshotsPerMonth: undefined }
  }
  const toBuild = images.filter(({ existing }) => existing === undefined)
  const servers = images.flatMap(({ existing, placements: [first], bootTest, server }) => [
    ...(existing === undefined ? [{ first, server }] : []),
    ...(bootTest === undefined ? [] : [{ first: bootTest.placements[0], server }]),
  ])
  const addresses = pricing.primary_ips.find(({ type }) => type === 'ipv4')?.prices ?? []
  const addressPerHour = new Map(addresses.map(({ location, price_hourly }) => [location, Number(price_hourly.net)]))
  const build = servers.map(({ first, server: { ipv4 } }) => {
    return first && sum([first.pricePerHour, ipv4 ? addressPerHour.get(first.location) : 0])
  })
  const perGb = Number(pricing.image.price_per_gb_month.net)
  const snapshots = toBuild.map(({ sourceFacts: { transferBytes } }) =>
    transferBytes === undefined ? undefined : (transferBytes / 1e9) * perGb,
  )
  return { currency: pricing.currency, build: sum(build), addressPerHour, snapshotsPerMonth: sum(snapshots) }
}

/**
 * The sum; undefined when one of the amounts is unknown.
 * @internal
 */
export function sum(amounts: readonly (number | undefined)[]): number | undefined {
  let total = 0
  for (const amount of amounts) {
    if (amount === undefined || !Number.isFinite(amount)) return undefined
    total += amount
  }
  return total
}
