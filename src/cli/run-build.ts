/** What `talos-image build` does: plan, build, report; in each of the projects, side by side, each for itself. */

import { parseHclWith } from '../config/hcl/parser.ts'
import { evaluateTemplate } from '../config/template/evaluate-template.ts'
import type { Role } from '../domain.ts'
import { type Problem, throwProblems } from '../errors.ts'
import { lookUpPlacements } from '../plan/look-up-placements.ts'
import type { Plan } from '../plan/plan.ts'
import type { ProjectsPlan } from '../plan/plan-projects.ts'
import type { PlanRequest } from '../plan/request.ts'
import { type ProjectAccess, type ProjectResult, toUnbegun } from '../report/projects.ts'
import { recordTimeline } from '../report/timeline.ts'
import { type ChosenProjects, UNNAMED_PROJECT } from '../request/projects.ts'
import { startBuild } from '../run/build.ts'
import type { BuildEvent } from '../run/events.ts'
import type { RunningBuild } from '../run/result.ts'
import { toProblem } from '../run/run-images.ts'
import type { Timeouts } from '../run/timeouts.ts'
import type { Trace } from '../util/trace.ts'
import { type BuildFlags, type ResultFileFlags, readTarget } from './build-flags.ts'
import { type BuildView, openBuildView } from './build-view.ts'
import { type Clouds, prefixOf, toCloud, traceIn } from './cloud.ts'
import type { CommandResult } from './command-result.ts'
import { openDebugLog } from './debug-log.ts'
import { TEXT } from './formats/formats.ts'
import type { Io } from './io.ts'
import { checkOutputs } from './job-outputs.ts'
import { chooseFlaggedProjects, makePlan, toPlanResult } from './make-plan.ts'
import { createOnError, findOnErrorProblems } from './on-error.ts'
import type { PackerEngine } from './packer-engine.ts'
import { startParserProcess } from './parser-process.ts'
import { abandon, finish, type Running, withToken } from './project-run.ts'
import { readShard } from './read-shard.ts'
import { oneLine } from './render/event-line.ts'
import { findFileProblems, findPartProblems, writeResultFiles } from './result-files.ts'
import { toRunResult } from './run-result.ts'
import { say } from './say.ts'
import { readSwitch } from './switches.ts'

/** How a build goes that stands in for one of Packer: in the project of HCLOUD_TOKEN, and shown in its way. */
export interface PackerManner {
  readonly openView: (planned: ProjectsPlan) => BuildView
  /** How many images are built at once; undefined for all of them. */
  readonly parallel: number | undefined
}

/** Builds what the flags ask for. @param asPacker whether, and how, it stands in for Packer */
export async function runBuild(io: Io, flags: BuildFlags, asPacker?: PackerManner): Promise<CommandResult> {
  // A build runs for minutes, with the memory that it has by then.
  parseHclWith((path) => startParserProcess(path))
  await checkOutputs(io)
  const log = flags.debugLog === undefined ? undefined : openDebugLog(io, flags.debugLog, '--debug-log')
  try {
    const { role, flags: read } = readTarget(flags)
    return await build(io, role, { ...read, ...readHostProof(io, read) }, { trace: log?.trace, asPacker })
  } finally {
    log?.close()
  }
}

/** Whether build servers must prove their host keys: the flag's, else the environment's. */
export function readHostProof(
  { env }: Pick<Io, 'env'>,
  { requireHostProof }: Pick<BuildFlags, 'requireHostProof'>,
): Pick<BuildFlags, 'requireHostProof'> {
  const isOn = requireHostProof === true || readSwitch(env, 'TALOS_IMAGE_REQUIRE_HOST_PROOF') === true
  return isOn ? { requireHostProof: true } : {}
}

const ONLY_PROJECT: ChosenProjects = { projects: [UNNAMED_PROJECT], isNamed: false, problems: [] }

const PACKER_HAS_ONE: Problem = {
  code: 'usage',
  message: 'Packer builds in one project, the one of HCLOUD_TOKEN',
  at: { kind: 'flag', name: '--engine' },
  hint: 'leave --project and talos-image.yaml out, or build without --engine packer',
}

const A_SHARD = 'a shard has a part of the images'

/** Builds what the plan asks for. */
async function build(
  io: Io,
  role: Role | undefined,
  flags: Omit<BuildFlags, 'target'>,
  { trace, asPacker }: { readonly trace: Trace | undefined; readonly asPacker: PackerManner | undefined },
): Promise<CommandResult> {
  const chosen = asPacker === undefined ? await chooseFlaggedProjects(io, flags) : ONLY_PROJECT
  const names = chosen.projects.flatMap(({ name }) => name ?? [])
  const packer = flags.engine === 'packer' && !chosen.isNamed ? await findEngine(io, flags) : undefined
  const wrong = [
    ...chosen.problems,
    ...(flags.engine === 'packer' && chosen.isNamed ? [PACKER_HAS_ONE] : []),
    ...findOnErrorProblems(io, flags),
    ...(await findFileProblems(io, flags, names)),
    ...findPartProblems(flags, readShard(flags, io.env).shard === undefined ? undefined : A_SHARD),
  ]
  // Until there is a view to show them in, delays are lines of their own.
  let showDelay = (text: string, project?: string): void => say(io, `${prefixOf(project)}${oneLine(text)}`)
  const onDelay = (text: string, project?: string): void => showDelay(text, project)
  // Packer builds at the one place that it is told, and builds what exists, too; what that replaces is its engine's matter.
  const planFlags = packer === undefined ? flags : { ...flags, fallback: false, force: true, evenInUse: true }
  const { planned, clouds, request } = await makePlan(
    io,
    role,
    planFlags,
    { ...chosen, problems: wrong },
    {
      observer: { ...(trace === undefined ? {} : { trace }), onDelay },
      checkWriting: chosen.isNamed && flags.dryRun !== true,
      packer,
      asPacker: asPacker !== undefined,
    },
  )
  try {
    const manifest = manifestOf(request, flags)
    throwProblems(await findFileProblems(io, manifest, names))
    if (flags.dryRun === true) return toPlanResult(io, flags, planned)
    // A question and a display that is drawn anew would disturb each other.
    const view =
      asPacker?.openView(planned) ??
      (await openBuildView(flags.onError === 'ask' ? { ...io, errIsTerminal: false } : io, flags, planned))
    showDelay = (text, project) => {
      view.onEvent(chosen.isNamed ? (project ?? 'all') : undefined, { type: 'note', text })
    }
    let results: readonly ProjectResult[]
    try {
      const { parallel } = asPacker ?? {}
      const start = starter(io, { flags, chosen, clouds, request, view, packer, parallel, trace })
      const runs = planned.projects.map((one) =>
        'plan' in one ? start(one.project, one.plan) : toUnbegun(one, planned),
      )
      io.onSecondSignal(() => runs.map((run) => ('building' in run ? abandon(run) : '')).join(''))
      results = await Promise.all(runs.map((run) => ('building' in run ? finish(io, run, clouds.factoryUrl) : run)))
    } catch (error) {
      if (flags.report !== undefined) {
        const unbegun = toUnbegun({ project: undefined, problems: [toProblem(error, io.signal)] }, planned)
        await writeResultFiles(io, { report: flags.report }, [unbegun], planned)
      }
      throw error
    } finally {
      view.close()
    }
    if (asPacker === undefined && flags.output === TEXT && results.some(({ snapshots }) => snapshots.length > 0))
      io.err('\n')
    return toRunResult(io, results, planned, { ...flags, ...manifest })
  } finally {
    await clouds.close()
  }
}

/** The manifest that the template has written, unless the flags name one. */
function manifestOf({ template }: PlanRequest, { packerManifest }: ResultFileFlags): ResultFileFlags {
  const manifest = template === undefined ? undefined : evaluateTemplate(template).manifest
  return packerManifest !== undefined || manifest === undefined ? {} : { packerManifest: manifest.value }
}

async function findEngine(io: Io, flags: BuildFlags): Promise<PackerEngine> {
  const { findPackerEngine } = await import('./packer-engine.ts')
  return findPackerEngine(io, flags)
}

interface Surroundings {
  readonly flags: BuildFlags
  readonly chosen: ChosenProjects
  readonly clouds: Clouds
  readonly request: PlanRequest
  readonly view: BuildView
  readonly packer: PackerEngine | undefined
  readonly parallel: number | undefined
  readonly trace: Trace | undefined
}

/** What starts the build of a plan in its project. */
function starter(io: Io, { flags, chosen, clouds, request, view, packer, parallel, trace }: Surroundings) {
  const ssh = flags.sshTimeout === undefined ? {} : { sshMs: flags.sshTimeout }
  const timeouts: Partial<Timeouts> = Object.assign(ssh, ...(flags.timeout ?? []))
  return (project: string | undefined, plan: Plan): Running => {
    const hetzner = clientOf(clouds, project)
    const access: ProjectAccess = {
      project,
      variable: flags.sandbox === true ? undefined : chosen.projects.find(({ name }) => name === project)?.variable,
    }
    const timeline = recordTimeline()
    const common = {
      hetzner,
      factory: clouds.factory,
      plan,
      signal: io.signal,
      onEvent: (event: BuildEvent) => {
        timeline.add(event, Date.now())
        view.onEvent(
          project,
          withToken(event, access, () => building.run),
        )
      },
      timeouts,
      ...(trace === undefined ? {} : { trace: traceIn(trace, project) }),
    }
    const building: RunningBuild =
      packer?.start(common, request, toCloud(clouds)) ??
      startBuild({
        ...common,
        sshPort: clouds.sshPort,
        talosPort: clouds.talosPort,
        parallel,
        requireHostProof: flags.requireHostProof,
        onError: createOnError(io, flags.onError),
        openStdin: () => io.stdin,
        stock: {
          waitMs: flags.waitForStock ?? 0,
          allowOlder: flags.allowOlder === true,
          allowUnproven: flags.allowUnproven === true,
          look: (image, signal) => lookUpPlacements(request, image, { hetzner, signal }),
        },
      })
    return { access, timeline, plan, building }
  }
}

function clientOf({ projects }: Clouds, name: string | undefined) {
  const found = projects.find((project) => project.name === name)
  if (found === undefined || !('access' in found)) throw new RangeError(`${name} has a plan, and no client`)
  return found.hetzner
}
