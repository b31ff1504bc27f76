/** From a request to a plan: choose, look up, decide. */

import { findContradictions } from './contradictions.ts'
import { gatherFacts, type LookUpOptions } from './facts.ts'
import { type Placement, rankPlacements } from './placement.ts'
import { toPlacementInput } from './placement-input.ts'
import { createPlan, type Plan, type PlannedImage } from './plan.ts'
import { chooseImages, type PlanRequest } from './request.ts'

export type PlanOptions = Omit<LookUpOptions, 'nowMs'> & { readonly nowMs?: number }

/**
 * Plans a request. Nothing is made, except that the Image Factory begins to make the disks that will be needed.
 * @throws ProblemsError with everything that is wrong
 */
export async function plan(request: PlanRequest, options: PlanOptions): Promise<Plan> {
  const { images, warnings } = chooseImages(request)
  const facts = await gatherFacts(request, images, { ...options, nowMs: options.nowMs ?? Date.now() })
  const contradictions = findContradictions(images, facts.talosVersion)
  const all = [...request.variables.warnings, ...warnings, ...contradictions, ...facts.serverWarnings]
  return createPlan(request, images, all, facts)
}

/** What is in stock for an image now, in the order in which it should be tried. */
export async function lookUpPlacements(
  request: PlanRequest,
  { architecture, sourceFacts, server }: PlannedImage,
  { hetzner, signal }: Pick<PlanOptions, 'hetzner' | 'signal'>,
): Promise<readonly Placement[]> {
  const [serverTypes, locations] = await Promise.all([
    hetzner.catalogue.serverTypes({ signal }),
    hetzner.catalogue.locations({ signal }),
  ])
  const offers = { serverTypes, locations, nowMs: Date.now() }
  return rankPlacements(toPlacementInput(request, architecture, sourceFacts.rawBytes, offers, server.networkZones))
    .placements
}
