/** Which server types at which locations a build may use, in the order in which they are tried. */

import type { Sourced } from '../config/variables.ts'
import type { Problem } from '../errors.ts'
import type { ServerType } from '../hetzner/wire.ts'
import { findPlacementProblems, holds, isRetired, type PlacementInput } from './placement-checks.ts'

/** A server type at a location. */
export interface Placement {
  readonly serverType: string
  readonly location: string
  /** GB */
  readonly diskGb: number
  /** Net, in the project's currency; undefined when the API names none. */
  readonly pricePerHour: number | undefined
}

/** @internal */
export interface PlacementChoice {
  /** Empty when nothing is in stock. */
  readonly placements: readonly Placement[]
  /** Why the first choice is not the preferred one; what is worth knowing. */
  readonly notes: readonly string[]
  readonly problems: readonly Problem[]
}

/** What templates were written with over the years: preferences and not choices. Some were retired since. */
const DEFAULT_TYPES = new Set(['cax11', 'cx11', 'cx21', 'cx22', 'cx23'])

/**
 * Whether a user set a server type, rather than leaving the template as it is.
 * @internal
 */
export function isChosen({ value, origin }: Sourced<string>): boolean {
  const inTemplate = origin.kind === 'default' || (origin.kind === 'file' && /\.pkr\.(hcl|json)$/.test(origin.file))
  return !(inTemplate && DEFAULT_TYPES.has(value))
}

/**
 * Ranks what the API offers: the preferred type and place first, then the smallest disk, then the cheapest.
 * @internal
 */
export function rankPlacements(input: PlacementInput): PlacementChoice {
  const offered = input.serverTypes.filter((type) => !isRetired(type.deprecation, input.nowMs))
  const preferred = offered.find(({ name }) => name === input.serverType.value)
  const problems = findPlacementProblems(input, preferred)
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

/**
 * What of a server type is in stock.
 * @internal
 */
export function placementsOf(type: ServerType, nowMs: number): Placement[] {
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

function whyNotPreferred(input: PlacementInput, preferred: ServerType | undefined): string {
  const { serverType, location } = input
  if (preferred === undefined) return `${serverType.value} is no longer offered`
  const place = preferred.locations.find(({ name }) => name === location.value)
  if (place === undefined || isRetired(place.deprecation, input.nowMs))
    return `${serverType.value} is not offered in ${location.value}`
  return `${serverType.value} is out of stock in ${location.value}`
}

function toPrice(text: string | undefined): number | undefined {
  const price = Number(text)
  return text === undefined || !Number.isFinite(price) ? undefined : price
}
