/** `talos-image plan`, and the planning that `build` begins with. */

import type { Role } from '../../domain.ts'
import { throwProblems } from '../../errors.ts'
import { joinProblems, type ProjectsPlan, planProjects } from '../../plan/plan-projects.ts'
import type { PlanRequest } from '../../plan/request.ts'
import { toPlansDocument, unnamedPlan } from '../../report/projects.ts'
import { type ChosenProjects, chooseProjects } from '../../request/projects.ts'
import { redact } from '../../util/redact.ts'
import { findMatrixProblems, type MatrixForm, toMatrix } from '../build-matrix.ts'
import { showPlan, writePlanRecords } from '../build-view.ts'
import { type Clouds, type CloudWatch, openClouds, toCloud } from '../cloud.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { checkOutputs, writeOutputs } from '../job-outputs.ts'
import { type OutputFlags, type OutputForm, writeJson } from '../output.ts'
import type { PackerEngine } from '../packer-engine.ts'
import { planOutputs } from '../render/job-outputs.ts'
import { formatPlan } from '../render/plan.ts'
import { type PlanFlags, readPlanFlags } from '../request.ts'
import { say } from '../say.ts'
import { showError, showWarning } from '../show-problem.ts'

export interface PlanCommandFlags extends PlanFlags, OutputFlags {
  readonly matrix?: MatrixForm
}

/** Shows what `build` would do. */
export async function runPlan(io: Io, role: Role | undefined, flags: PlanCommandFlags): Promise<number> {
  const chosen = await chooseProjects(io, flags)
  if (flags.matrix !== undefined) throwProblems(findMatrixProblems(flags, chosen.isNamed))
  await checkOutputs(io)
  const { planned, clouds } = await makePlan(io, role, flags, chosen)
  await clouds.close()
  const plan = unnamedPlan(planned.projects)
  if (flags.matrix === undefined || plan === undefined) {
    return printPlan(io, flags.output, planned, '`talos-image build` with the same flags builds this')
  }
  const matrix = toMatrix(plan, flags)
  // People who look into the log want more than the line for programs.
  showPlan(io, planned)
  io.out(`${redact(JSON.stringify(matrix))}\n`)
  return (await writeOutputs(io, planOutputs(plan, matrix))) ? EXIT.success : EXIT.failed
}

/** Prints a plan that is all that was asked for; gives the exit code. @param whatNext how to build it */
export async function printPlan(io: Io, output: OutputForm, planned: ProjectsPlan, whatNext: string): Promise<number> {
  const plan = unnamedPlan(planned.projects)
  if (output === 'json') writeJson(io, toPlansDocument(planned))
  else if (output === 'jsonl') writePlanRecords(io, planned)
  else {
    io.out(formatPlan(planned, io.outColumns()))
    const isBuilt = plan?.images.every(({ existing }) => existing !== undefined) ?? true
    if (!isBuilt) say(io, `\nNothing was made yet: ${whatNext}.`)
  }
  if (plan !== undefined) return (await writeOutputs(io, planOutputs(plan))) ? EXIT.success : EXIT.failed
  const failed = planned.projects.flatMap((one) => ('problems' in one ? [one] : []))
  // Their names are always said, since other projects have a plan.
  for (const problem of joinProblems([...failed, { project: '', problems: [] }])) showError(io, problem)
  return failed.length === 0 ? EXIT.success : EXIT.partial
}

interface PlanningOptions {
  readonly watch?: CloudWatch
  /** Whether a token that may only read is a problem where something is to be built. */
  readonly checkWriting?: boolean
  /** What builds, if it is not this tool; for one project. */
  readonly packer?: PackerEngine | undefined
}

/**
 * Reads the input, looks everything up, and plans. Warnings are shown; the caller closes the projects.
 * @throws ProblemsError with everything that is wrong, when nothing can be made anywhere; nothing has been made by then
 */
export async function makePlan(
  io: Io,
  role: Role | undefined,
  flags: PlanFlags,
  chosen: ChosenProjects,
  { watch, checkWriting = false, packer }: PlanningOptions = {},
): Promise<{ planned: ProjectsPlan; clouds: Clouds; request: PlanRequest }> {
  const forPacker = packer !== undefined
  const request = await readPlanFlags(io, flags, role, chosen, { known: packer?.problems ?? [], forPacker })
  const clouds = await openClouds(io, flags, chosen.projects, watch)
  try {
    say(io, 'Looking up versions, stock and prices; the Image Factory may take a minute to make a new disk ...')
    const { projects, factory } = clouds
    const found = await planProjects(request, { projects, factory, signal: io.signal, checkWriting, forPacker })
    const planned = packer === undefined ? found : await adaptPlan(packer, found, request, clouds)
    for (const warning of planned.warnings) showWarning(io, warning)
    return { planned, clouds, request }
  } catch (error) {
    await clouds.close()
    if (io.signal.aborted) say(io, 'Interrupted before anything was made.')
    throw error
  }
}

/** The plan as Packer carries it out, in the only project. */
async function adaptPlan(packer: PackerEngine, planned: ProjectsPlan, request: PlanRequest, clouds: Clouds) {
  const made = unnamedPlan(planned.projects)
  if (made === undefined) throw new RangeError('Packer builds in one project')
  const plan = await packer.adapt(made, request, toCloud(clouds))
  return { ...planned, projects: [{ project: undefined, plan }], warnings: plan.warnings }
}
