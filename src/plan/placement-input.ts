/** From a request and the project's facts to what placements are ranked by. */

import type { Architecture } from '../domain.ts'
import type { Problem } from '../errors.ts'
import { isChosen } from './placement.ts'
import { findPlacementProblems, isRetired, type PlacementInput } from './placement-checks.ts'
import type { Facts } from './plan.ts'
import type { PlanRequest } from './request.ts'

type Offers = Pick<Facts, 'serverTypes' | 'locations' | 'nowMs'>

/** @param rawBytes of the image's disk; undefined when unknown */
export function toPlacementInput(
  request: PlanRequest,
  architecture: Architecture,
  rawBytes: number | undefined,
  { serverTypes, locations, nowMs }: Offers,
): PlacementInput {
  const serverType = request.variables.serverTypes[architecture]
  return {
    architecture,
    serverType,
    location: request.variables.location,
    chosenType: isChosen(serverType),
    rawBytes,
    noFallback: request.noFallback,
    allowBiggerDisk: request.allowBiggerDisk,
    serverTypes,
    locations,
    nowMs,
  }
}

/** What is wrong with the chosen server type and location, as far as it can be told without knowing the image. */
export function findChoiceProblems(request: PlanRequest, architecture: Architecture, offers: Offers): Problem[] {
  const input = toPlacementInput(request, architecture, undefined, offers)
  const preferred = input.serverTypes.find(
    ({ name, deprecation }) => name === input.serverType.value && !isRetired(deprecation, input.nowMs),
  )
  return findPlacementProblems(input, preferred)
}
