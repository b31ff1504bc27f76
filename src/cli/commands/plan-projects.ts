/** The planning of several projects, which `plan` shows and `build` begins with. */

import type { Role } from '../../domain.ts'
import { type ProjectsPlan, planProjects } from '../../plan/plan-projects.ts'
import { joinProblems } from '../../plan/project-problems.ts'
import type { PlanRequest } from '../../plan/request.ts'
import { toProjectPlanDocument } from '../../report/projects.ts'
import { openProjects, type ProjectsCloud, type ProjectsWatch } from '../cloud-projects.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { type OutputForm, writeJson } from '../output.ts'
import type { ChosenProjects } from '../projects.ts'
import { writePlanRecords } from '../projects-view.ts'
import { formatProjectsPlan } from '../render/projects-plan.ts'
import { type PlanFlags, readRequest } from '../request.ts'
import { say } from '../say.ts'
import { showError, showWarning } from '../show-problem.ts'

/** Shows what `build` would do in each of the projects. */
export async function runPlanProjects(
  io: Io,
  role: Role | undefined,
  flags: PlanFlags & { readonly output: OutputForm },
  chosen: ChosenProjects,
): Promise<number> {
  const { planned, cloud } = await makeProjectsPlan(io, role, flags, chosen, {
    checkWriting: false,
    watch: { onDelay: (text, project) => io.err(`${project === undefined ? '' : `${project}: `}${text}\n`) },
  })
  await cloud.close()
  return printProjectsPlan(io, flags.output, planned)
}

/** Prints a plan that is all that was asked for; gives the exit code. */
export function printProjectsPlan(io: Io, output: OutputForm, planned: ProjectsPlan): number {
  if (output === 'text') io.out(formatProjectsPlan(planned, io.outColumns()))
  else if (output === 'json') writeJson(io, { projects: planned.projects.map(toProjectPlanDocument) })
  else writePlanRecords(io, planned)
  const failed = planned.projects.flatMap((one) => ('problems' in one ? [one] : []))
  // Their names are always said, since other projects have a plan.
  for (const problem of joinProblems([...failed, { project: '', problems: [] }])) showError(io, problem)
  return failed.length === 0 ? EXIT.success : EXIT.partial
}

/**
 * Reads the input, looks everything up, and plans. Warnings are shown; the caller closes the cloud.
 * @throws ProblemsError with everything that is wrong, when nothing can be made anywhere; nothing has been made by then
 */
export async function makeProjectsPlan(
  io: Io,
  role: Role | undefined,
  flags: PlanFlags,
  chosen: ChosenProjects,
  { checkWriting, watch }: { readonly checkWriting: boolean; readonly watch: ProjectsWatch },
): Promise<{ planned: ProjectsPlan; cloud: ProjectsCloud; request: PlanRequest }> {
  const request = await readRequest(io, flags, role, chosen)
  const cloud = await openProjects(io, flags, chosen.projects, watch)
  try {
    say(io, 'Looking up versions, stock and prices; the Image Factory may take a minute to make a new disk ...')
    const { projects, factory } = cloud
    const planned = await planProjects(request, { projects, factory, signal: io.signal, checkWriting })
    for (const warning of planned.warnings) showWarning(io, warning)
    return { planned, cloud, request }
  } catch (error) {
    await cloud.close()
    if (io.signal.aborted) say(io, 'Interrupted before anything was made.')
    throw error
  }
}
