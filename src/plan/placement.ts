/** Which server types at which locations a build may use, in the order in which they are tried. */

import type { Sourced } from '../config/variables.ts'
import type { Architecture } from '../domain.ts'
import type { Problem } from '../errors.ts'
import type { Location, ServerType } from '../hetzner/wire.ts'
import { didYouMean } from '../util/near.ts'

/** A server type at a location. */
export interface Placement {
  readonly serverType: string
  readonly location: string
  /** GB */
  readonly diskGb: number
  /** Net, in the project's currency; undefined when the API names none. */
  readonly pricePerHour: number | undefined
}

export interface PlacementInput {
  readonly architecture: Architecture
  readonly serverType: Sourced<string>
  readonly location: Sourced<string>
  /** Whether the user chose the server type; a default is only a preference. */
  readonly chosenType: boolean
  /** Bytes of the raw disk; undefined when unknown. */
  readonly rawBytes: number | undefined
  /** Only the chosen type at the chosen location. */
  readonly noFallback: boolean
  readonly allowBiggerDisk: boolean
  readonly serverTypes: readonly ServerType[]
  readonly locations: readonly Location[]
  readonly nowMs: number
}

export interface PlacementChoice {
  /** Empty when nothing is in stock. */
  readonly placements: readonly Placement[]
  /** Why the first choice is not the preferred one; what is worth knowing. */
  readonly notes: readonly string[]
  readonly problems: readonly Problem[]
}

/** The defaults of the template, which are preferences and not choices. */
const DEFAULT_TYPES = new Set(['cax11', 'cx23'])

/** Whether a user set a server type, rather than leaving the template as it is. */
export function isChosen({ value, origin }: Sourced<string>): boolean {
  const inTemplate = origin.kind === 'default' || (origin.kind === 'file' && /\.pkr\.(hcl|json)$/.test(origin.file))
  return !(inTemplate && DEFAULT_TYPES.has(value))
}

/** Ranks what the API offers: the preferred type and place first, then the smallest disk, then the cheapest. */
export function rankPlacements(input: PlacementInput): PlacementChoice {
  const offered = input.serverTypes.filter((type) => !isRetired(type.deprecation, input.nowMs))
  const preferred = offered.find(({ name }) => name === input.serverType.value)
  const problems = [checkLocation(input), checkType(input, preferred), checkDisk(input, preferred)].filter(
    (problem) => problem !== undefined,
  )
  if (problems.length > 0) return { placements: [], notes: [], problems }

  const fitting = offered.filter((type) => type.architecture === input.architecture && holds(type, input.rawBytes))
  const mostDiskGb = input.allowBiggerDisk
    ? Number.POSITIVE_INFINITY
    : (preferred?.disk ?? Math.min(...fitting.map(({ disk }) => disk)))
  const all = fitting
    .filter((type) => type === preferred || type.disk <= mostDiskGb)
    .flatMap((type) => placementsOf(type, input.nowMs))
  const isFirstChoice = ({ serverType, location }: Placement): boolean =>
    serverType === input.serverType.value && location === input.location.value
  const placements = input.noFallback ? all.filter(isFirstChoice) : all
  return {
    placements: placements.toSorted(byPreference(input)),
    notes: placements.some(isFirstChoice) ? [] : [whyNotPreferred(input, preferred)],
    problems: [],
  }
}

function placementsOf(type: ServerType, nowMs: number): Placement[] {
  return type.locations
    .filter(({ available, deprecation }) => available && !isRetired(deprecation, nowMs))
    .map(({ name }) => ({
      serverType: type.name,
      location: name,
      diskGb: type.disk,
      pricePerHour: toPrice(type.prices.find(({ location }) => location === name)?.price_hourly.net),
    }))
}

function byPreference(input: PlacementInput): (a: Placement, b: Placement) => number {
  const key = (placement: Placement): readonly number[] => [
    placement.serverType === input.serverType.value ? 0 : 1,
    placement.diskGb,
    placement.location === input.location.value ? 0 : 1,
    placement.pricePerHour ?? Number.MAX_VALUE,
  ]
  return (a, b) => {
    const [left, right] = [key(a), key(b)]
    const differing = left.findIndex((value, index) => value !== right[index])
    if (differing === -1) return `${a.serverType} ${a.location}`.localeCompare(`${b.serverType} ${b.location}`)
    return (left[differing] ?? 0) - (right[differing] ?? 0)
  }
}

function checkLocation({ location, locations }: PlacementInput): Problem | undefined {
  const names = locations.map(({ name }) => name)
  if (names.includes(location.value)) return undefined
  return {
    code: 'config',
    message: `Hetzner Cloud has no location "${location.value}"`,
    at: location.origin,
    hint: didYouMean(location.value, names) ?? `there are ${names.join(', ')}`,
  }
}

function checkType(input: PlacementInput, preferred: ServerType | undefined): Problem | undefined {
  const { serverType, architecture, location, nowMs } = input
  if (preferred === undefined) {
    if (!input.chosenType) return undefined
    const known = input.serverTypes.find(({ name }) => name === serverType.value)
    const names = namesOf(input, architecture)
    return {
      code: 'config',
      message:
        known === undefined
          ? `Hetzner Cloud has no server type "${serverType.value}"`
          : `the server type "${serverType.value}" was retired on ${known.deprecation?.unavailable_after.slice(0, 10)}`,
      at: serverType.origin,
      hint:
        (known === undefined ? didYouMean(serverType.value, names) : undefined) ??
        `for ${architecture} there are ${names.join(', ')}`,
    }
  }
  if (preferred.architecture !== architecture) {
    return {
      code: 'config',
      message: `the server type "${preferred.name}" is ${preferred.architecture}, but an ${architecture} image is to be built on it`,
      at: serverType.origin,
      hint: `for ${architecture} there are ${namesOf(input, architecture).join(', ')}`,
    }
  }
  const places = preferred.locations.filter(({ deprecation }) => !isRetired(deprecation, nowMs)).map(({ name }) => name)
  if (places.includes(location.value) || (!input.chosenType && !input.noFallback)) return undefined
  return {
    code: 'config',
    message: `the server type "${preferred.name}" is not offered in the location "${location.value}"`,
    at: serverType.origin,
    hint: `it is offered in ${places.join(', ')}; in "${location.value}" there are ${namesOf(input, architecture, location.value).join(', ') || `no ${architecture} types`}`,
  }
}

function checkDisk(input: PlacementInput, preferred: ServerType | undefined): Problem | undefined {
  const { rawBytes, architecture } = input
  if (rawBytes === undefined) return undefined
  if (preferred !== undefined && preferred.architecture === architecture && !holds(preferred, rawBytes)) {
    const bigEnough = input.serverTypes.filter((type) => type.architecture === architecture && holds(type, rawBytes))
    const smallest = bigEnough.toSorted((a, b) => a.disk - b.disk)[0]
    return {
      code: 'source',
      message: `the disk of the ${architecture} image has ${formatGb(rawBytes)} GB, more than the ${preferred.disk} GB of the server type "${preferred.name}"`,
      at: input.serverType.origin,
      hint: smallest === undefined ? 'no server type is big enough' : `"${smallest.name}" has ${smallest.disk} GB`,
    }
  }
  return undefined
}

function whyNotPreferred(input: PlacementInput, preferred: ServerType | undefined): string {
  const { serverType, location } = input
  if (preferred === undefined) return `${serverType.value} is no longer offered`
  const place = preferred.locations.find(({ name }) => name === location.value)
  if (place === undefined) return `${serverType.value} is not offered in ${location.value}`
  return `${serverType.value} is out of stock in ${location.value}`
}

function namesOf(input: PlacementInput, architecture: Architecture, location?: string): string[] {
  return input.serverTypes
    .filter((type) => type.architecture === architecture && !isRetired(type.deprecation, input.nowMs))
    .filter((type) => location === undefined || type.locations.some(({ name }) => name === location))
    .toSorted((a, b) => a.disk - b.disk || a.name.localeCompare(b.name))
    .map(({ name }) => name)
}

/** Counting a GB as 10^9 bytes errs on the safe side: the disks are a little larger. */
function holds(type: ServerType, rawBytes: number | undefined): boolean {
  return rawBytes === undefined || rawBytes <= type.disk * 1e9
}

function isRetired(deprecation: { unavailable_after: string } | null | undefined, nowMs: number): boolean {
  return deprecation != null && Date.parse(deprecation.unavailable_after) <= nowMs
}

function toPrice(text: string | undefined): number | undefined {
  const price = Number(text)
  return text === undefined || !Number.isFinite(price) ? undefined : price
}

const formatGb = (bytes: number): string => (bytes / 1e9).toFixed(1)
