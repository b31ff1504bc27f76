/**
 * From a request to plans: the same images in a list of projects, one or more. What they are made of is looked up once,
 * stock, prices and snapshots in each project. What is wrong with one project is that project's failure, and keeps no
 * other from being planned.
 */

import { setMaxListeners } from 'node:events'
import type { Inputs } from '../config/inputs.ts'
import { type Origin, type Problem, TalosImageError, throwProblems } from '../errors.ts'
import type { FactoryClient } from '../factory/client.ts'
import type { HetznerClient } from '../hetzner/client.ts'
import { ProblemCollector, uniqueProblems } from '../util/problem-collector.ts'
import { findBootTestProblems } from './boot-test.ts'
import { settleImages } from './choose-images.ts'
import { findContradictions } from './contradictions.ts'
import { createPlan } from './create-plan.ts'
import { gatherSources, lookUpProject, lookUpServers, type ProjectFacts } from './facts.ts'
import { findChoiceProblems } from './placement-input.ts'
import { type Facts, isToDo, type Plan } from './plan.ts'
import type { ImageRequest, PlanRequest } from './request.ts'
import { findServerProblems } from './server-settings.ts'
import type { Shard } from './shard.ts'
import { findSnapshotWarnings } from './snapshot-warnings.ts'
import { findUnbootable } from './unbootable.ts'

/** A project, or what keeps it from being asked. */
export interface Project {
  /** undefined: it is the only one, and was not named. */
  readonly name: string | undefined
  /** Where its token came from, for what is wrong with that. */
  readonly at: Origin | undefined
  readonly hetzner: HetznerClient | Problem
}

/** What will be made in a project, or why nothing can. */
export type ProjectPlan = { readonly project: string | undefined; readonly plan: Plan } | ProjectProblems

export interface ProjectProblems {
  readonly project: string | undefined
  readonly problems: readonly Problem[]
}

export interface ProjectsPlan {
  readonly talosVersion: string
  /** The files that the request was read from. */
  readonly inputs?: Inputs | undefined
  /** The part of the images that this is, and how many there are in all parts together; missing when it is all of them. */
  readonly shard?: Shard & { readonly ofAll: number }
  /** The names of the images that are wanted in each project. */
  readonly images: readonly string[]
  /** In the order of the projects; at least one of them has a plan. */
  readonly projects: readonly ProjectPlan[]
  /** Those of all plans, each once. */
  readonly warnings: readonly Problem[]
}

export interface PlanProjectsOptions {
  readonly projects: readonly Project[]
  readonly factory: FactoryClient
  readonly signal: AbortSignal
  /** Whether a token that may only read is a problem where something is to be built. */
  readonly checkWriting?: boolean
  /** The present, in milliseconds since the epoch; by default now. */
  readonly nowMs?: number | undefined
  /** Whether the disks must be packed as Packer's template asks for: with xz, or as a URL of the user's own says. */
  readonly forPacker?: boolean
}

/**
 * Plans a request for each of the projects.
 * @throws ProblemsError with everything that is wrong, when images cannot be had, or when no project has a plan
 */
export async function planProjects(asked: PlanRequest, options: PlanProjectsOptions): Promise<ProjectsPlan> {
  const { settled: request, images, ofAll, warnings, problems } = await settleImages(asked, options)
  const { projects, nowMs = Date.now() } = options
  // Every request of every project listens to it, so Node.js's warning about many listeners would be a false alarm.
  setMaxListeners(0, options.signal)
  const common = new ProblemCollector()
  common.add(...problems)
  for (const { server } of images) common.add(...findServerProblems(server))
  if (request.bootTest === true) common.add(...findBootTestProblems(images))
  const [resolved, answers] = await Promise.all([
    gatherSources(request, images, common, options),
    Promise.all(projects.map((project) => attempt(project, () => ask(project, request, images, options.signal)))),
  ])
  // Without all of the sources there is no plan, but choices that are wrong are said, too.
  if (common.all.length > 0 || resolved === undefined || resolved.sources.length !== images.length) {
    const found = answers.map((one) => checkChoices(request, images, one, nowMs))
    throwProblems([...common.all, ...joinProblems(found)])
    throw new RangeError('a look-up failed without a reason')
  }
  const all = [
    ...request.variables.warnings,
    ...warnings,
    ...resolved.warnings,
    ...findContradictions(images, resolved.talosVersion),
    ...findUnbootable(images, resolved.talosVersion),
  ]
  const planned = await Promise.all(
    answers.map(async (one): Promise<ProjectPlan> => {
      if ('problems' in one) return one
      const { project, value } = one
      const made = await attempt(project, async () => {
        const warned = [...all, ...value.serverWarnings]
        const plan = createPlan(request, images, warned, { nowMs, ...value, ...resolved } satisfies Facts)
        if (options.checkWriting === true && plan.images.some(isToDo)) {
          await checkWriting(project, options.signal)
        }
        return { ...plan, warnings: [...warned, ...findSnapshotWarnings(request, plan.images, value.snapshots)] }
      })
      return 'problems' in made ? made : { project: project.name, plan: made.value }
    }),
  )
  const plans = planned.flatMap((one) => ('plan' in one ? [one.plan] : []))
  if (plans.length === 0) throwProblems(joinProblems(planned.flatMap((one) => ('problems' in one ? [one] : []))))
  return {
    talosVersion: resolved.talosVersion,
    inputs: request.inputs,
    ...(request.shard === undefined ? {} : { shard: { ...request.shard, ofAll } }),
    images: images.map(({ name }) => name),
    projects: planned,
    warnings: uniqueProblems(plans.flatMap((plan) => plan.warnings)),
  }
}

type Attempt<T> = { readonly project: Project; readonly value: T } | ProjectProblems

/** What a user can understand becomes the project's failure; the end of everything, and defects, do not. */
async function attempt<T>(project: Project, work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { project, value: await work() }
  } catch (error) {
    if (!(error instanceof TalosImageError) || error.code === 'interrupted') throw error
    const problems = error.problems.map((problem) =>
      problem.code === 'token' && problem.at === undefined ? { ...problem, at: project.at } : problem,
    )
    return { project: project.name, problems }
  }
}

/** What a plan needs of one project; firewalls and networks have their own names in each. */
type Answers = ProjectFacts & Pick<Facts, 'servers' | 'serverWarnings'>

async function ask(
  project: Project,
  request: PlanRequest,
  images: readonly ImageRequest[],
  signal: AbortSignal,
): Promise<Answers> {
  const look = { hetzner: toClient(project.hetzner), signal }
  const problems = new ProblemCollector()
  const [facts, servers] = await Promise.all([
    lookUpProject(request, images, look),
    lookUpServers(request, images, problems, look),
  ])
  problems.throw()
  return { ...facts, ...servers }
}

function toClient(hetzner: HetznerClient | Problem): HetznerClient {
  if ('message' in hetzner) throw new TalosImageError(hetzner)
  return hetzner
}

/** Only a run that makes something finds out that it may not: better before anything is paid for in the other projects. */
async function checkWriting({ hetzner, at }: Project, signal: AbortSignal): Promise<void> {
  if ((await toClient(hetzner).access.findWriteAccess({ signal })) !== 'may only read') return
  throw new TalosImageError({
    code: 'token',
    message: 'the token may only read, so nothing can be built with it',
    at,
    hint: 'create one with "Read & Write" in the Hetzner Console (Security, API tokens)',
  })
}

function checkChoices(
  request: PlanRequest,
  images: readonly ImageRequest[],
  asked: Attempt<ProjectFacts>,
  nowMs: number,
): ProjectProblems {
  if ('problems' in asked) return asked
  const offers = { ...asked.value, nowMs }
  const problems = images.flatMap((image) => findChoiceProblems(request, image, offers))
  return { project: asked.project.name, problems }
}

/** Each problem once; those that not all of the projects have begin with the names of those that have them. */
export function joinProblems(found: readonly ProjectProblems[]): Problem[] {
  const groups = new Map<string, { readonly problem: Problem; readonly projects: Set<string | undefined> }>()
  for (const { project, problems } of found) {
    for (const problem of problems) {
      const key = JSON.stringify(problem)
      const group = groups.get(key) ?? { problem, projects: new Set<string | undefined>() }
      group.projects.add(project)
      groups.set(key, group)
    }
  }
  return [...groups.values()].map(({ problem, projects }) =>
    projects.size === found.length
      ? problem
      : { ...problem, message: `${[...projects].join(', ')}: ${problem.message}` },
  )
}
