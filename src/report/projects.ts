/**
 * What became of the same images in a list of projects, as documents (docs/output.md). A project that was not named is the
 * only one, and its documents are those of a single project.
 */

import type { Problem } from '../errors.ts'
import type { Plan } from '../plan/plan.ts'
import type { ProjectPlan, ProjectProblems, ProjectsPlan } from '../plan/plan-projects.ts'
import type { Leftover } from '../util/cleanup-scope.ts'
import { type PlanDocument, toPlanDocument } from './plan-document.ts'
import type { Outcome, ResultDocument } from './result.ts'
import type { Timeline } from './timeline.ts'

/**
 * What a run came to in one project; `project` is missing when it was not named, `timeline` when the run could not begin. Of
 * several runs that were merged, `runs` are their IDs, and `run` is null.
 */
export type ProjectResult = { readonly project?: string } & Outcome & {
    readonly runs?: readonly string[]
    readonly timeline?: Timeline
  }

/** The document of a run: that of its only project, or of all, in their order. */
export type RunDocument = ProjectResult | { readonly projects: readonly ProjectResult[] }

/** The document of a run. @param results of its projects: at least one */
export function toRunDocument(results: readonly ProjectResult[]): RunDocument {
  const [only] = results
  return only !== undefined && only.project === undefined ? only : { projects: results }
}

/** One project's part in a plan: the plan, or why there is none. */
export type ProjectPlanDocument =
  | ({ readonly project?: string } & PlanDocument)
  | { readonly project?: string; readonly error: { readonly problems: readonly Problem[] } }

export function toProjectPlanDocument(planned: ProjectPlan): ProjectPlanDocument {
  const project = named(planned.project)
  return 'plan' in planned
    ? { ...project, ...toPlanDocument(planned.plan) }
    : { ...project, error: { problems: planned.problems } }
}

/** The document of a plan: that of its only project, or of all, in their order. */
export function toPlansDocument({ projects }: ProjectsPlan) {
  const unnamed = unnamedPlan(projects)
  return unnamed === undefined ? { projects: projects.map(toProjectPlanDocument) } : toPlanDocument(unnamed)
}

/** The plan of the only project, when it was not named. */
export function unnamedPlan(projects: readonly ProjectPlan[]): Plan | undefined {
  const [only] = projects
  return only !== undefined && only.project === undefined && 'plan' in only ? only.plan : undefined
}

/** The result of a project in which nothing could be begun: every image failed for each of the reasons. */
export function toUnbegun(
  { project, problems }: ProjectProblems,
  { images, talosVersion, inputs, shard }: Pick<ProjectsPlan, 'images' | 'talosVersion' | 'inputs' | 'shard'>,
): ProjectResult {
  const failed = problems.flatMap((error) => images.map((image) => ({ image, error })))
  const part = shard === undefined ? {} : { shard: { index: shard.index, count: shard.count } }
  return { ...named(project), run: null, talosVersion, inputs, ...part, snapshots: [], failed, leftovers: [] }
}

/** How a project is reached: by its name, with the variable that holds its token, or in the sandbox, which needs none. */
export interface ProjectAccess {
  /** undefined when it was not named. */
  readonly project: string | undefined
  /** undefined in the sandbox. */
  readonly variable: string | undefined
}

/** The command that removes what a run left in a project. */
export function cleanupCommand(run: string, { project, variable }: ProjectAccess): string {
  const chosen = variable === undefined ? project : `${project}=${variable}`
  return [
    `talos-image cleanup --run ${run}`,
    ...(project === undefined ? [] : [`--project ${chosen}`]),
    ...(variable === undefined ? ['--sandbox'] : []),
  ].join(' ')
}

/** A command of a leftover as it works in a project that was named: with that project's token instead of HCLOUD_TOKEN. */
export function toProjectCommand(command: string, run: string, access: ProjectAccess): string {
  if (access.project === undefined) return command
  // Only the cleanup works in the sandbox, whose addresses go with this process.
  if (access.variable === undefined || !command.startsWith('hcloud ')) return cleanupCommand(run, access)
  const token = `HCLOUD_TOKEN="$${access.variable}"`
  // A protection may have to be taken off first, before a command of either kind.
  const parts = command.split(' && ')
  return parts
    .map((part) => (part.startsWith('hcloud ') ? `${token} ${part}` : cleanupCommand(run, access)))
    .join(' && ')
}

/** The result of a run in a project: the usual document, with commands that know the project's token. */
export function toProjectResult(document: ResultDocument, access: ProjectAccess, timeline?: Timeline): ProjectResult {
  const leftovers = document.leftovers.map((leftover): Leftover => {
    return { ...leftover, command: toProjectCommand(leftover.command, document.run, access) }
  })
  const failed = document.failed.map((one) => {
    return one.kept === undefined
      ? one
      : { ...one, kept: { ...one.kept, remove: cleanupCommand(document.run, access) } }
  })
  return { ...named(access.project), ...document, failed, leftovers, ...(timeline === undefined ? {} : { timeline }) }
}

const named = (project: string | undefined) => (project === undefined ? {} : { project })
