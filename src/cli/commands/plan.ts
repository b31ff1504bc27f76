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
import { formatPlan } from '../render/plan.ts'
import { type PlanFlags, readRequest } from '../request.ts'
import { say } from '../say.ts'
import { showWarning } from '../show-problem.ts'

/** Shows what `build` would do. */
export async function runPlan(io: Io, role: Role | undefined, flags: PlanFlags & OutputFlags): Promise<number> {
  const { plan: made, cloud } = await makePlan(io, role, flags)
  await cloud.close()
  if (flags.output === 'json') writeJson(io, toPlanDocument(made))
  else {
    io.out(formatPlan(made, io.outColumns()))
    sayWhatNext(io, made, '`talos-image build` with the same flags builds this')
  }
  return EXIT.success
}

/** Says that there is something to build, and what builds it. */
export function sayWhatNext(io: Io, { images }: Plan, how: string): void {
  if (images.some(({ existing }) => existing === undefined)) say(io, `\nNothing was made yet: ${how}.`)
}

/**
 * Reads the input, looks everything up, and plans. Warnings are shown; the caller closes the cloud.
 * @throws ProblemsError with everything that is wrong; nothing has been made by then
 */
export async function makePlan(
  io: Io,
  role: Role | undefined,
  flags: PlanFlags,
  watch?: CloudWatch,
): Promise<{ plan: Plan; cloud: Cloud; request: PlanRequest }> {
  const request = await readRequest(io, flags, role)
  const cloud = await openCloud(io, flags, watch)
  try {
    say(io, 'Looking up versions, stock and prices; the Image Factory may take a minute to make a new disk ...')
    const made = await plan(request, { hetzner: cloud.hetzner, factory: cloud.factory, signal: io.signal })
    for (const warning of made.warnings) showWarning(io, warning)
    return { plan: made, cloud, request }
  } catch (error) {
    await cloud.close()
    if (io.signal.aborted) say(io, 'Interrupted before anything was made.')
    throw error
  }
}
