/** From a request to a plan: choose, look up, decide. */

import { findContradictions } from './contradictions.ts'
import { gatherFacts, type LookUpOptions } from './facts.ts'
import { type Placement, rankPlacements } from './placement.ts'
import { toPlacementInput } from './placement-input.ts'
import { createPlan, type Plan, type PlannedImage } from './plan.ts'
import { chooseImages, type PlanRequest } from './request.ts'
import { withTemplateVersion } from './template-images.ts'
import { isFloating, resolveVersion } from './version.ts'

export type PlanOptions = Omit<LookUpOptions, 'nowMs'> & { readonly nowMs?: number }

/**
 * Plans a request. Nothing is made, except that the Image Factory begins to make the disks that will be needed.
 * @throws ProblemsError with everything that is wrong
 */
export async function plan(request: PlanRequest, options: PlanOptions): Promise<Plan> {
  const settled = await settleVersion(withTemplateVersion(request), options)
  const { images, warnings, problems } = chooseImages(settled)
  const facts = await gatherFacts(settled, images, { ...options, nowMs: options.nowMs ?? Date.now() }, problems)
  const contradictions = findContradictions(images, facts.talosVersion)
  const all = [...request.variables.warnings, ...warnings, ...contradictions, ...facts.serverWarnings]
  return createPlan(settled, images, all, facts)
}

/**
 * A template writes the version into labels and URLs, so it must be known which one `latest` is before the template is
 * evaluated. What is wrong with it is told by the look-ups.
 */
async function settleVersion(request: PlanRequest, { factory, signal }: PlanOptions): Promise<PlanRequest> {
  const { variables, template } = request
  if (template === undefined || !isFloating(variables.talosVersion.value)) return request
  const versions = await factory.versions(signal).catch(() => {
    signal.throwIfAborted()
    return []
  })
  const value = resolveVersion(variables.talosVersion, versions)
  if (typeof value !== 'string') return request
  return { ...request, variables: { ...variables, talosVersion: { ...variables.talosVersion, value } } }
}

/** What is in stock for an image now, in the order in which it should be tried. */
export async function lookUpPlacements(
  request: PlanRequest,
  { architecture, sourceFacts, server, preferred }: PlannedImage,
  { hetzner, signal }: Pick<PlanOptions, 'hetzner' | 'signal'>,
): Promise<readonly Placement[]> {
  const [serverTypes, locations] = await Promise.all([
    hetzner.catalogue.serverTypes({ signal }),
    hetzner.catalogue.locations({ signal }),
  ])
  const offers = { serverTypes, locations, nowMs: Date.now() }
  return rankPlacements(
    toPlacementInput(request, { architecture, ...preferred }, sourceFacts.rawBytes, offers, server.networkZones),
  ).placements
}
