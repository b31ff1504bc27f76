/** `talos-image build` in several projects: the same images in each, side by side, each project for itself. */

import type { Role } from '../../domain.ts'
import type { HetznerClient } from '../../hetzner/client.ts'
import { lookUpPlacements } from '../../plan/make-plan.ts'
import type { Plan } from '../../plan/plan.ts'
import {
  cleanupCommand,
  type ProjectAccess,
  type ProjectResult,
  toProjectCommand,
  toProjectResult,
  toUnbegun,
} from '../../report/projects.ts'
import { toResultDocument } from '../../report/result.ts'
import { startBuild, toProblem } from '../../run/build.ts'
import type { BuildEvent } from '../../run/events.ts'
import type { BuildResult, RunningBuild } from '../../run/result.ts'
import { printable } from '../../util/printable.ts'
import { redact } from '../../util/redact.ts'
import type { Trace } from '../../util/trace.ts'
import { type ProjectsCloud, traceIn } from '../cloud-projects.ts'
import { EXIT, exitCodeOfProjects } from '../exit-codes.ts'
import { writeJobSummary } from '../github-actions.ts'
import type { Io } from '../io.ts'
import { writeOutputs } from '../job-outputs.ts'
import { findFileProblems, writeProjectFiles } from '../project-files.ts'
import type { ChosenProjects } from '../projects.ts'
import { printResults } from '../projects-result.ts'
import { openProjectsView } from '../projects-view.ts'
import { projectsOutputs } from '../render/job-outputs.ts'
import type { BuildFlags } from './build.ts'
import { makeProjectsPlan, printProjectsPlan } from './plan-projects.ts'

/** Builds what each project lacks; gives the exit code. */
export async function buildProjects(
  io: Io,
  role: Role | undefined,
  flags: BuildFlags,
  chosen: ChosenProjects,
  trace?: Trace,
): Promise<number> {
  const names = chosen.projects.map(({ name }) => name)
  const wrong = [...chosen.problems, ...(await findFileProblems(io, flags, names))]
  // Until there is a view to show them in, delays are lines of their own.
  let showDelay = (text: string, project?: string): void => {
    io.err(`${project === undefined ? '' : `${project}: `}${printable(redact(text))}\n`)
  }
  const watch = {
    ...(trace === undefined ? {} : { trace }),
    onDelay: (text: string, project?: string) => showDelay(text, project),
  }
  const checkWriting = flags.dryRun !== true
  const { planned, cloud, request } = await makeProjectsPlan(
    io,
    role,
    flags,
    { ...chosen, problems: wrong },
    { checkWriting, watch },
  )
  try {
    if (flags.dryRun === true) return printProjectsPlan(io, flags.output, planned)
    const accessOf = (project: string): ProjectAccess => ({
      project,
      variable: flags.sandbox === true ? undefined : chosen.projects.find(({ name }) => name === project)?.variable,
    })
    const view = await openProjectsView(io, flags.output, planned)
    showDelay = (text, project) => view.onEvent(project ?? 'all', { type: 'note', text })
    const start = (project: string, plan: Plan): Running => {
      const hetzner = clientOf(cloud, project)
      const access = accessOf(project)
      const building = startBuild({
        hetzner,
        factory: cloud.factory,
        plan,
        signal: io.signal,
        onEvent: (event) =>
          view.onEvent(
            project,
            withToken(event, access, () => building.run),
          ),
        sshPort: cloud.sshPort,
        timeouts: { ...(flags.sshTimeout === undefined ? {} : { sshMs: flags.sshTimeout }), ...flags.timeout },
        openStdin: () => io.stdin,
        stock: {
          waitMs: flags.waitForStock ?? 0,
          look: (image, signal) => lookUpPlacements(request, image, { hetzner, signal }),
        },
        ...(trace === undefined ? {} : { trace: traceIn(trace, project) }),
      })
      return { access, plan, building }
    }
    let projects: readonly ProjectResult[]
    try {
      const runs = planned.projects.map((one) =>
        'plan' in one ? start(one.project, one.plan) : toUnbegun(one.project, one.problems, planned),
      )
      io.onSecondSignal(() => runs.map((run) => ('building' in run ? describePending(run) : '')).join(''))
      projects = await Promise.all(
        runs.map((run) => ('building' in run ? finish(run, io.signal, cloud.factory.publicUrl) : run)),
      )
    } finally {
      view.close()
    }
    printResults(io, flags.output, { projects })
    for (const result of projects) await writeJobSummary(io, result)
    const noted = await writeOutputs(io, projectsOutputs({ projects }))
    const written = (await writeProjectFiles(io, flags, { projects })) && noted
    return exitCodeOfProjects({ projects }) || (written ? EXIT.success : EXIT.failed)
  } finally {
    await cloud.close()
  }
}

/** The build that goes on in one project. */
interface Running {
  readonly access: ProjectAccess
  readonly plan: Plan
  readonly building: RunningBuild
}

function clientOf({ projects }: ProjectsCloud, name: string): HetznerClient {
  const found = projects.find((project) => project.name === name)
  if (found === undefined || 'message' in found.hetzner) throw new RangeError(`${name} has a plan, and no client`)
  return found.hetzner
}

/** The event with commands that know the project's token. @param run gives the run's ID, once there is one */
function withToken(event: BuildEvent, access: ProjectAccess, run: () => string): BuildEvent {
  if (event.type !== 'leftover') return event
  const command = toProjectCommand(event.leftover.command, run(), access)
  return { ...event, leftover: { ...event.leftover, command } }
}

/** Waits for one project. Whatever befalls it is its result, so that the others go on. */
async function finish({ access, plan, building }: Running, signal: AbortSignal, factoryUrl: string) {
  const result = await building.result.catch((error: unknown): BuildResult => {
    const problem = toProblem(error, signal)
    return {
      run: building.run,
      images: plan.images.map((image) => ({ image, status: 'failed', problem, ms: 0 })),
      leftovers: [],
    }
  })
  return toProjectResult(toResultDocument(result, plan.talosVersion, factoryUrl), access)
}

/** What a user must remove in a project when the process ends at once. */
function describePending({ access, building }: Running): string {
  const pending = building.pending()
  if (pending.length === 0) return `Nothing of this run is left behind in ${access.project}.\n`
  const list = pending.map(({ name, command }) => {
    // In the sandbox only the cleanup works.
    if (access.variable === undefined) return `  ${name}\n`
    return `  ${name}: ${toProjectCommand(command, building.run, access)}\n`
  })
  const cleanup = cleanupCommand(building.run, access)
  return `Left behind by run ${building.run} in ${access.project}:\n${list.join('')}Remove all of it: ${cleanup}\n`
}
