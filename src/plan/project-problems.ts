/** Problems of several projects, each said once, with the projects that have it. */

import type { Problem } from '../errors.ts'

export interface ProjectProblems {
  readonly project: string
  readonly problems: readonly Problem[]
}

/** Each problem once; those that not all of the projects have begin with the names of those that have them. */
export function joinProblems(found: readonly ProjectProblems[]): Problem[] {
  const groups = new Map<string, { readonly problem: Problem; readonly projects: Set<string> }>()
  for (const { project, problems } of found) {
    for (const problem of problems) {
      const key = JSON.stringify(problem)
      const group = groups.get(key) ?? { problem, projects: new Set() }
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
