/** From a request and the project's facts to what placements are ranked by. */

import type { Problem } from '../errors.ts'
import type { ServerType } from '../hetzner/wire.ts'
import { isChosen } from './placement.ts'
import { findPlacementProblems, isRetired, type Place, type PlacementInput, placesIn } from './placement-checks.ts'
import type { ImageRequest, PlanRequest } from './request.ts'

/** What of an image decides where it can be built. */
export type Wanted = Pick<ImageRequest, 'architecture' | 'serverType' | 'location'>

/** What a project offers at a moment. */
export interface Offers {
  readonly serverTypes: readonly ServerType[]
  readonly locations: readonly Place[]
  readonly nowMs: number
}

/**
 * @param rawBytes of the image's disk; undefined when unknown
 * @param zones the network zones that a server may be in; undefined: any
 */
export function toPlacementInput(
  request: PlanRequest,
  { architecture, serverType, location }: Wanted,
  rawBytes: number | undefined,
  { serverTypes, locations, nowMs }: Offers,
  zones?: readonly string[],
): PlacementInput {
  return {
    architecture,
    serverType,
    location,
    chosenType: isChosen(serverType),
    rawBytes,
    noFallback: request.noFallback,
    allowBiggerDisk: request.allowBiggerDisk,
    serverTypes: zones === undefined ? serverTypes : serverTypes.map((type) => within(zones, type, locations)),
    locations,
    nowMs,
  }
}

/** The type, offered only where a server can join its networks. */
function within(zones: readonly string[], type: ServerType, locations: Offers['locations']): ServerType {
  const places = placesIn(zones, locations)
  return { ...type, locations: type.locations.filter(({ name }) => places.includes(name)) }
}

/** What is wrong with the chosen server type and location, as far as it can be told without knowing the image. */
export function findChoiceProblems(request: PlanRequest, wanted: Wanted, offers: Offers): Problem[] {
  const input = toPlacementInput(request, wanted, undefined, offers)
  const preferred = input.serverTypes.find(
    ({ name, deprecation }) => name === input.serverType.value && !isRetired(deprecation, input.nowMs),
  )
  return findPlacementProblems(input, preferred)
}
