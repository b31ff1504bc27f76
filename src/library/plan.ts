/** From a request to a plan, in one project. */

import type { FactoryClient } from '../factory/client.ts'
import type { HetznerClient } from '../hetzner/client.ts'
import type { Plan } from '../plan/plan.ts'
import { planProjects } from '../plan/plan-projects.ts'
import type { PlanRequest } from '../plan/request.ts'

/** Who is asked while a plan is made. */
export interface PlanOptions {
  /** The project that the snapshots are for. */
  readonly hetzner: HetznerClient
  /** The Image Factory that the disks come from. */
  readonly factory: FactoryClient
  /** Aborting it ends the look-ups; the plan then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /**
   * The present, in milliseconds since the epoch.
   * @internal
   */
  readonly nowMs?: number | undefined
}

/**
 * Plans a request. Nothing is made, except that the Image Factory begins to make the disks that will be needed, which can
 * take it a minute.
 * @throws ProblemsError with everything that is wrong with the request, or does not exist
 * @throws TalosImageError `token`, `api` or `network` when the project or the Factory cannot be asked
 */
export async function plan(request: PlanRequest, options: PlanOptions): Promise<Plan> {
  const { hetzner, factory, signal = new AbortController().signal, nowMs } = options
  const projects = [{ name: undefined, at: undefined, hetzner }]
  const { projects: planned } = await planProjects(request, { projects, factory, signal, nowMs })
  const [only] = planned
  if (only === undefined || 'problems' in only) throw new RangeError('a plan of one project has one')
  return only.plan
}
