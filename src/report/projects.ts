/** What became of the same images in several projects: documents, documented in docs/output.md. */

import type { Problem } from '../errors.ts'
import type { ProjectPlan } from '../plan/plan-projects.ts'
import type { Leftover } from '../util/cleanup-scope.ts'
import { type PlanDocument, toPlanDocument } from './plan-document.ts'
import type { Outcome, ResultDocument } from './result.ts'

/** What a run came to in one project. */
export type ProjectResult = { readonly project: string } & Outcome

/** The document of a run in several projects, in their order. */
export interface ProjectsDocument {
  readonly projects: readonly ProjectResult[]
}

/** One project's part in a plan: the plan, or why there is none. */
export type ProjectPlanDocument =
  | ({ readonly project: string } & PlanDocument)
  | { readonly project: string; readonly error: { readonly problems: readonly Problem[] } }

export function toProjectPlanDocument(planned: ProjectPlan): ProjectPlanDocument {
  const { project } = planned
  return 'plan' in planned
    ? { project, ...toPlanDocument(planned.plan) }
    : { project, error: { problems: planned.problems } }
}

/** The result of a project in which nothing could be begun: every image failed for each of the reasons. */
export function toUnbegun(
  project: string,
  problems: readonly Problem[],
  { images, talosVersion }: { readonly images: readonly string[]; readonly talosVersion: string },
): ProjectResult {
  const failed = problems.flatMap((error) => images.map((image) => ({ image, error })))
  return { project, run: null, talosVersion, snapshots: [], failed, leftovers: [] }
}

/** How a project is reached: the variable with its token, or the sandbox, which needs none. */
export interface ProjectAccess {
  readonly project: string
  /** undefined in the sandbox. */
  readonly variable: string | undefined
}

/** The command that removes what a run left in a project. */
export function cleanupCommand(run: string, { project, variable }: ProjectAccess): string {
  const chosen = variable === undefined ? `${project} --sandbox` : `${project}=${variable}`
  return `talos-image cleanup --run ${run} --project ${chosen}`
}

/** A command of a leftover as it works in a project, whatever HCLOUD_TOKEN is: with that project's token. */
export function toProjectCommand(command: string, run: string, access: ProjectAccess): string {
  // Only the cleanup finds its way into the sandbox, whose addresses go with this process.
  if (access.variable === undefined || !command.startsWith('hcloud ')) return cleanupCommand(run, access)
  return `HCLOUD_TOKEN="$${access.variable}" ${command}`
}

/** The result of a run in a project: the usual document, with commands that know the project's token. */
export function toProjectResult(document: ResultDocument, access: ProjectAccess): ProjectResult {
  const leftovers = document.leftovers.map((leftover): Leftover => {
    return { ...leftover, command: toProjectCommand(leftover.command, document.run, access) }
  })
  return { project: access.project, ...document, leftovers }
}
