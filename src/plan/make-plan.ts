/** From a request to a plan: choose, look up, decide. */

import { findContradictions } from './contradictions.ts'
import { gatherFacts, type LookUpOptions } from './facts.ts'
import { createPlan, type Plan } from './plan.ts'
import { chooseImages, type PlanRequest } from './request.ts'

export type PlanOptions = Omit<LookUpOptions, 'nowMs'> & { readonly nowMs?: number }

/**
 * Plans a request. Nothing is made, except that the Image Factory begins to make the disks that will be needed.
 * @throws ProblemsError with everything that is wrong
 */
export async function plan(request: PlanRequest, options: PlanOptions): Promise<Plan> {
  const { images, warnings } = chooseImages(request)
  const facts = await gatherFacts(request, images, { ...options, nowMs: options.nowMs ?? Date.now() })
  const all = [...request.variables.warnings, ...warnings, ...findContradictions(images, facts.talosVersion)]
  return createPlan(request, images, all, facts)
}
