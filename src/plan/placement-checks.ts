/** Names of server types and locations that do not exist, do not fit, or are too small. */

import type { Sourced } from '../config/variables.ts'
import type { Architecture } from '../domain.ts'
import type { Problem } from '../errors.ts'
import type { ServerType } from '../hetzner/wire.ts'
import { didYouMean } from '../util/near.ts'

/** A location, as far as it is known. */
export interface Place {
  readonly name: string
  /** undefined: it was not asked for, since no server is to be in a network. */
  readonly network_zone?: string
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
  readonly locations: readonly Place[]
  readonly nowMs: number
}

/** Everything that is wrong with what a user chose. @param preferred the type of that name, if it is still offered */
export function findPlacementProblems(input: PlacementInput, preferred: ServerType | undefined): Problem[] {
  const found = [checkLocation(input), checkType(input, preferred), checkDisk(input, preferred)]
  return found.filter((problem) => problem !== undefined)
}

function checkLocation({ location, locations }: PlacementInput): Problem | undefined {
  const names = locations.map(({ name }) => name)
  if (names.includes(location.value)) return undefined
  return {
    code: 'config',
    message: `Hetzner Cloud has no location "${location.value}"`,
    at: location.origin,
    hint:
      didYouMean(location.value, names) ??
      `there are ${names.join(', ') || 'none: look at the Console, or at HCLOUD_ENDPOINT'}`,
  }
}

function checkType(input: PlacementInput, preferred: ServerType | undefined): Problem | undefined {
  const { serverType, architecture, location, nowMs } = input
  if (preferred === undefined) {
    if (!input.chosenType) return undefined
    const known = input.serverTypes.find(({ name }) => name === serverType.value)
    const names = namesOf(input)
    return {
      code: 'config',
      message:
        known === undefined
          ? `Hetzner Cloud has no server type "${serverType.value}"`
          : `the server type "${serverType.value}" was retired on ${known.deprecation?.unavailable_after.slice(0, 10)}`,
      at: serverType.origin,
      hint: [
        known === undefined ? didYouMean(serverType.value, names) : undefined,
        `for ${architecture} there are ${names.join(', ') || 'none'}`,
      ]
        .filter((part) => part !== undefined)
        .join(' '),
    }
  }
  if (preferred.architecture !== architecture) {
    return {
      code: 'config',
      message: `the server type "${preferred.name}" is ${preferred.architecture}, but an ${architecture} image is to be built on it`,
      at: serverType.origin,
      hint: `for ${architecture} there are ${namesOf(input).join(', ') || 'none'}`,
    }
  }
  const places = preferred.locations.filter(({ deprecation }) => !isRetired(deprecation, nowMs)).map(({ name }) => name)
  if (places.includes(location.value) || (!input.chosenType && !input.noFallback)) return undefined
  return {
    code: 'config',
    message: `the server type "${preferred.name}" is not offered in the location "${location.value}"`,
    at: serverType.origin,
    hint: `it is offered ${places.length === 0 ? 'nowhere any more' : `in ${places.join(', ')}`}; in "${location.value}" there are ${namesOf(input, location.value).join(', ') || `no ${architecture} types`}`,
  }
}

function checkDisk(input: PlacementInput, preferred: ServerType | undefined): Problem | undefined {
  const { rawBytes, architecture } = input
  if (rawBytes === undefined || (preferred !== undefined && preferred.architecture !== architecture)) return undefined
  if (preferred !== undefined && holds(preferred, rawBytes)) return undefined
  const [smallest] = [...offeredTypes(input, input.location.value), ...offeredTypes(input)].filter((type) =>
    holds(type, rawBytes),
  )
  // In the place of a type that is gone comes one that is big enough.
  if (preferred === undefined && smallest !== undefined) return undefined
  const than =
    preferred === undefined ? 'any server type has' : `the ${preferred.disk} GB of the server type "${preferred.name}"`
  return {
    code: 'source',
    message: `the disk of the ${architecture} image has ${formatGb(rawBytes)} GB, more than ${than}`,
    at: input.serverType.origin,
    hint: smallest === undefined ? 'no server type is big enough' : `"${smallest.name}" has ${smallest.disk} GB`,
  }
}

/** What is offered for the architecture, at a location or anywhere; the smallest disk first. */
function offeredTypes({ serverTypes, architecture, nowMs }: PlacementInput, location?: string): ServerType[] {
  return serverTypes
    .filter((type) => type.architecture === architecture && !isRetired(type.deprecation, nowMs))
    .filter(({ locations }) =>
      locations.some(
        ({ name, deprecation }) => (location === undefined || name === location) && !isRetired(deprecation, nowMs),
      ),
    )
    .toSorted((a, b) => a.disk - b.disk || a.name.localeCompare(b.name))
}

const namesOf = (input: PlacementInput, location?: string): string[] =>
  offeredTypes(input, location).map(({ name }) => name)

const formatGb = (bytes: number): string => (bytes / 1e9).toFixed(1)

/** Counting a GB as 10^9 bytes errs on the safe side: the disks are a little larger. */
export function holds(type: ServerType, rawBytes: number | undefined): boolean {
  return rawBytes === undefined || rawBytes <= type.disk * 1e9
}

/** Whether it is over by then. */
export function isRetired(deprecation: { unavailable_after: string } | null | undefined, nowMs: number): boolean {
  return deprecation != null && Date.parse(deprecation.unavailable_after) <= nowMs
}

/**
 * Whether a build server at the chosen location can be in its networks.
 * @param zones the network zones that all networks of the server reach; undefined: any
 * @returns what is wrong; undefined too for a location that does not exist, which others tell
 */
export function findZoneProblem(
  { value, origin }: Sourced<string>,
  zones: readonly string[] | undefined,
  locations: readonly Place[],
): Problem | undefined {
  const zone = locations.find(({ name }) => name === value)?.network_zone
  if (zones === undefined || zone === undefined || zones.includes(zone)) return undefined
  const reached = placesIn(zones, locations)
  return {
    code: 'config',
    message: `the location "${value}" is in the network zone ${zone}, which the networks of the build server do not reach`,
    at: origin,
    hint: `they reach ${reached.length === 0 ? 'no location' : `the locations ${reached.join(', ')}`}: set server_location to one of them, or add a subnet`,
  }
}

/** The names of the locations in network zones. */
export function placesIn(zones: readonly string[], locations: readonly Place[]): string[] {
  return locations.flatMap(({ name, network_zone }) =>
    network_zone !== undefined && zones.includes(network_zone) ? [name] : [],
  )
}
