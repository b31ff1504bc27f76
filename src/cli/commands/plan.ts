/** `talos-image plan`, and the planning that `build` begins with. */

import type { Role } from '../../domain.ts'
import { plan } from '../../plan/make-plan.ts'
import type { Plan } from '../../plan/plan.ts'
import type { PlanRequest } from '../../plan/request.ts'
import { toPlanDocument } from '../../report/plan-document.ts'
import { type Cloud, type CloudWatch, openCloud } from '../cloud.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { type OutputFlags, writeJson } from '../output.ts'
import type { PackerEngine } from '../packer-engine.ts'
import { formatPlan } from '../render/plan.ts'
import { type PlanFlags, readRequest } from '../request.ts'
import { showWarning } from '../show-problem.ts'

/** Shows what `build` would do. */
export async function runPlan(io: Io, role: Role | undefined, flags: PlanFlags & OutputFlags): Promise<number> {
  const { plan: made, cloud } = await makePlan(io, role, flags)
  await cloud.close()
  if (flags.output === 'json') writeJson(io, toPlanDocument(made))
  else io.out(formatPlan(made))
  return EXIT.success
}

/**
 * Reads the input, looks everything up, and plans. Warnings are shown; the caller closes the cloud.
 * @param packer who builds, if it is not this tool
 * @throws ProblemsError with everything that is wrong; nothing has been made by then
 */
export async function makePlan(
  io: Io,
  role: Role | undefined,
  flags: PlanFlags,
  watch?: CloudWatch,
  packer?: PackerEngine,
): Promise<{ plan: Plan; cloud: Cloud; request: PlanRequest }> {
  const request = await readRequest(io, flags, role, packer?.problems)
  const cloud = await openCloud(io, flags, watch)
  try {
    io.err('Looking up versions, stock and prices; the Image Factory may take a minute to make a new disk ...\n')
    const { hetzner, factory } = cloud
    const planned = await plan(request, { hetzner, factory, signal: io.signal, forPacker: packer !== undefined })
    const made = (await packer?.adapt(planned, request, cloud)) ?? planned
    for (const warning of made.warnings) showWarning(io, warning)
    return { plan: made, cloud, request }
  } catch (error) {
    await cloud.close()
    throw error
  }
}
