/** `talos-image plan`, and the planning that `build` begins with. */

import type { Role } from '../../domain.ts'
import { throwProblems } from '../../errors.ts'
import { plan } from '../../plan/make-plan.ts'
import type { Plan } from '../../plan/plan.ts'
import type { PlanRequest } from '../../plan/request.ts'
import { toPlanDocument } from '../../report/plan-document.ts'
import { redact } from '../../util/redact.ts'
import { findMatrixProblems, type MatrixForm, toMatrix } from '../build-matrix.ts'
import { showPlan } from '../build-view.ts'
import { type Cloud, type CloudWatch, openCloud } from '../cloud.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { checkOutputs, writeOutputs } from '../job-outputs.ts'
import { type OutputFlags, writeJson } from '../output.ts'
import type { PackerEngine } from '../packer-engine.ts'
import { chooseProjects, hasProjects } from '../projects.ts'
import { planOutputs } from '../render/job-outputs.ts'
import { formatPlan } from '../render/plan.ts'
import { type PlanFlags, readRequest } from '../request.ts'
import { say } from '../say.ts'
import { showWarning } from '../show-problem.ts'

export interface PlanCommandFlags extends PlanFlags, OutputFlags {
  readonly matrix?: MatrixForm
}

/** Shows what `build` would do. */
export async function runPlan(io: Io, role: Role | undefined, flags: PlanCommandFlags): Promise<number> {
  const chosen = await chooseProjects(io, flags)
  if (flags.matrix !== undefined) throwProblems(findMatrixProblems(flags, hasProjects(chosen)))
  await checkOutputs(io)
  if (hasProjects(chosen)) return (await import('./plan-projects.ts')).runPlanProjects(io, role, flags, chosen)
  const { plan: made, cloud } = await makePlan(io, role, flags)
  await cloud.close()
  const matrix = flags.matrix === undefined ? undefined : toMatrix(made, flags)
  if (matrix !== undefined) {
    // People who look into the log want more than the line for programs.
    showPlan(io, (width) => formatPlan(made, width))
    io.out(`${redact(JSON.stringify(matrix))}\n`)
  } else if (flags.output === 'json') writeJson(io, toPlanDocument(made))
  else {
    io.out(formatPlan(made, io.outColumns()))
    sayWhatNext(io, made, '`talos-image build` with the same flags builds this')
  }
  const written = await writeOutputs(io, planOutputs(made, matrix))
  return written ? EXIT.success : EXIT.failed
}

/** Says that there is something to build, and what builds it. */
export function sayWhatNext(io: Io, { images }: Plan, how: string): void {
  if (images.some(({ existing }) => existing === undefined)) say(io, `\nNothing was made yet: ${how}.`)
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
  const request = await readRequest(io, flags, role, undefined, packer && { known: packer.problems, forPacker: true })
  const cloud = await openCloud(io, flags, watch)
  try {
    say(io, 'Looking up versions, stock and prices; the Image Factory may take a minute to make a new disk ...')
    const { hetzner, factory } = cloud
    const planned = await plan(request, { hetzner, factory, signal: io.signal, forPacker: packer !== undefined })
    const made = (await packer?.adapt(planned, request, cloud)) ?? planned
    for (const warning of made.warnings) showWarning(io, warning)
    return { plan: made, cloud, request }
  } catch (error) {
    await cloud.close()
    if (io.signal.aborted) say(io, 'Interrupted before anything was made.')
    throw error
  }
}
