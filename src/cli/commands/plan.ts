/** `talos-image plan`, and the planning that `build` begins with. */

import type { Role } from '../../domain.ts'
import { throwProblems } from '../../errors.ts'
import { joinProblems, type ProjectsPlan, planProjects } from '../../plan/plan-projects.ts'
import type { PlanRequest } from '../../plan/request.ts'
import { toPlansDocument, unnamedPlan } from '../../report/projects.ts'
import { type ChosenProjects, chooseProjects } from '../../request/projects.ts'
import { redact } from '../../util/redact.ts'
import { PLAN_GROUPS, type PlanFlags, planParameters } from '../build-flags.ts'
import { findMatrixProblems, MATRIX_FORMS, toMatrix } from '../build-matrix.ts'
import { showPlan, toPlanRecords } from '../build-view.ts'
import { type CloudObserver, type Clouds, openClouds, toCloud } from '../cloud.ts'
import type { CommandResult } from '../command-result.ts'
import { defineCommand } from '../define-command.ts'
import { EXIT } from '../exit-codes.ts'
import { TEXT } from '../formats/formats.ts'
import type { Io } from '../io.ts'
import { checkOutputs, writeOutputs } from '../job-outputs.ts'
import type { PackerEngine } from '../packer-engine.ts'
import { planOutputs } from '../render/job-outputs.ts'
import { formatPlan } from '../render/plan.ts'
import { readPlanFlags } from '../request.ts'
import { say } from '../say.ts'
import { showWarning } from '../show-problem.ts'

export const command = defineCommand({
  description: 'Show what build would do, where, and for how much. Makes nothing.',
  examples: [
    'talos-image plan --roles',
    'talos-image plan worker --arch arm --var talos_version=latest',
    'talos-image plan --output json',
    'talos-image plan --roles --matrix github',
  ],
  groups: { ...PLAN_GROUPS, 'The run:': ['--matrix'] },
  parameters: {
    ...planParameters,
    '--force': 'plan as build --force would',
    '--matrix <for>': { text: 'print what needs building as jobs', choices: MATRIX_FORMS },
  },
  run: async (io, { role, output, matrix: form, force = false, ...rest }) => {
    const flags = { ...rest, force }
    const chosen = await chooseFlaggedProjects(io, flags)
    if (form !== undefined) throwProblems(findMatrixProblems(flags, chosen.isNamed))
    await checkOutputs(io)
    const { planned, clouds } = await makePlan(io, role, flags, chosen)
    await clouds.close()
    const plan = unnamedPlan(planned.projects)
    if (form === undefined || plan === undefined) {
      return toPlanResult(io, output, planned, '`talos-image build` with the same flags builds this')
    }
    const matrix = toMatrix(plan, flags)
    // People who look into the log want more than the line for programs.
    showPlan(io, planned)
    return {
      text: `${redact(JSON.stringify(matrix))}\n`,
      finish: async () => ((await writeOutputs(io, planOutputs(plan, matrix))) ? EXIT.success : EXIT.failed),
    }
  },
})

/** The projects that the flags name, or that of HCLOUD_TOKEN. */
export function chooseFlaggedProjects(io: Io, { project, config, directory, sandbox }: PlanFlags) {
  return chooseProjects(io, { project, config, directory, sandbox })
}

/** A plan that is all that was asked for. @param whatNext how to build it */
export function toPlanResult(io: Io, output: string, planned: ProjectsPlan, whatNext: string): CommandResult {
  const plan = unnamedPlan(planned.projects)
  const isBuilt = plan?.images.every(({ existing }) => existing !== undefined) ?? true
  const failed = planned.projects.flatMap((one) => ('problems' in one ? [one] : []))
  const result = {
    document: toPlansDocument(planned),
    records: toPlanRecords(planned),
    text: (width: number) => formatPlan(planned, width),
    note: output === TEXT && !isBuilt ? `\nNothing was made yet: ${whatNext}.\n` : '',
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

interface PlanningOptions {
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
  { observer, checkWriting = false, packer }: PlanningOptions = {},
): Promise<{ planned: ProjectsPlan; clouds: Clouds; request: PlanRequest }> {
  const forPacker = packer !== undefined
  const request = await readPlanFlags(io, flags, role, chosen, { known: packer?.problems ?? [], forPacker })
  const clouds = await openClouds(io, flags, chosen.projects, observer)
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
