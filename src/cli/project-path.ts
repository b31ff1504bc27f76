/** Files that each project has one of: `{project}` in the path of a flag stands for the project's name. */

import type { Problem } from '../errors.ts'

const PLACE = '{project}'

/** Whether a path has a place for the project's name. */
export function hasProjectPlace(path: string): boolean {
  return path.includes(PLACE)
}

/** The path of one project's file. @param project a valid name, so that the path leads nowhere else */
export function toProjectPath(path: string, project: string): string {
  return path.replaceAll(PLACE, project)
}

/** For files that cannot hold several projects: that there are several, and one path for all of them. */
export function findPathProblem(flag: string, path: string, projects: number): Problem | undefined {
  if (projects < 2 || hasProjectPlace(path)) return undefined
  return {
    code: 'usage',
    message: `${projects} projects cannot write to the same file, ${path}`,
    at: { kind: 'flag', name: flag },
    hint: `put ${PLACE} where the name of the project belongs, such as ${flag} ${PLACE}/${path.split('/').at(-1)}`,
  }
}
