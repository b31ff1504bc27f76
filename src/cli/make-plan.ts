/** The planning that `plan` shows and that `build` begins with. */

import type { Role } from '../domain.ts'
import { isToDo } from '../plan/plan.ts'
import { joinProblems, type ProjectsPlan, planProjects } from '../plan/plan-projects.ts'
import type { PlanRequest } from '../plan/request.ts'
import { toPlansDocument, unnamedPlan } from '../report/projects.ts'
import { type ChosenProjects, chooseProjects } from '../request/projects.ts'
import type { BuildFlags, PlanFlags } from './build-flags.ts'
import { toPlanRecords } from './build-view.ts'
import { type CloudObserver, type Clouds, openClouds, toCloud } from './cloud.ts'
import type { CommandResult } from './command-result.ts'
import { EXIT } from './exit-codes.ts'
import { TEXT } from './formats/formats.ts'
import type { Io } from './io.ts'
import { writeOutputs } from './job-outputs.ts'
import type { PackerEngine } from './packer-engine.ts'
import { planOutputs } from './render/job-outputs.ts'
import { formatPlan } from './render/plan.ts'
import { formatAdvice } from './render/problem.ts'
import { type ReadOptions, readPlanFlags } from './request.ts'
import { say } from './say.ts'
import { showWarning } from './show-problem.ts'

/** The projects that the flags name, or that of HCLOUD_TOKEN. */
export function chooseFlaggedProjects(io: Io, { project, config, directory, sandbox }: PlanFlags) {
  return chooseProjects(io, { project, config, directory, sandbox })
}

/** A plan that is all that was asked for. */
export function toPlanResult(
  io: Io,
  { output, verbose }: Pick<BuildFlags, 'output' | 'verbose'>,
  planned: ProjectsPlan,
): CommandResult {
  const plan = unnamedPlan(planned.projects)
  const isBuilt = !(plan?.images.some(isToDo) ?? false)
  const failed = planned.projects.flatMap((one) => ('problems' in one ? [one] : []))
  const result = {
    document: toPlansDocument(planned),
    records: toPlanRecords(planned),
    text: (width: number) => formatPlan(planned, { width, verbose }),
    note: output === TEXT && !isBuilt ? `\n${formatAdvice('Nothing was made yet; build it: `talos-image build`')}` : '',
  }
  if (plan !== undefined) {
    const finish = async () => ((await writeOutputs(io, planOutputs(plan))) ? EXIT.success : EXIT.failed)
    return { ...result, finish }
  }
  return {
    ...result,
    // Their names are always said, since other projects have a plan.
    problems: joinProblems([...failed, { project: '', problems: [] }]),
    exitCode: failed.length === 0 ? EXIT.success : EXIT.partial,
  }
}

interface PlanningOptions extends Pick<ReadOptions, 'asPacker'> {
  readonly observer?: CloudObserver
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
  { observer, checkWriting = false, packer, asPacker = false }: PlanningOptions = {},
): Promise<{ planned: ProjectsPlan; clouds: Clouds; request: PlanRequest }> {
  const forPacker = packer !== undefined
  const known = packer?.problems ?? []
  const request = await readPlanFlags(io, flags, role, chosen, { known, forPacker, asPacker })
  const clouds = await openClouds(io, { ...flags, needsMachines: true }, chosen.projects, observer)
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
