/** What a run in several projects came to, as people read it. */

import type { Problem } from '../../errors.ts'
import type { ProjectResult, ProjectsDocument } from '../../report/projects.ts'
import type { ResultSnapshot } from '../../report/result.ts'
import { type Column, fitTable } from './columns.ts'
import { inProject } from './project-event.ts'
import { adviceFor, COLUMNS, findLeftovers, formatUse } from './summary.ts'

type ProjectSnapshot = ResultSnapshot & { readonly project: string }

const PROJECT: Column<ProjectSnapshot> = { heading: 'PROJECT', show: ({ project }) => project }

/** The table of all snapshots, and once what Terraform needs in each project. @param width of the terminal */
export function formatProjectsSummary({ projects }: ProjectsDocument, width = Number.POSITIVE_INFINITY): string {
  const snapshots = projects.flatMap(({ project, snapshots }) => snapshots.map((one) => ({ project, ...one })))
  if (snapshots.length === 0) return ''
  // The same selectors find each project's own.
  const kinds = new Map(snapshots.map((one) => [`${one.architecture} ${one.role} ${one.version}`, one]))
  const where = projects.length === 1 ? 'Terraform' : 'Terraform, with the token of each project'
  return [fitTable([PROJECT, ...COLUMNS], snapshots, width), ...formatUse([...kinds.values()], where)].join('\n')
}

/** What is said of each failure at the end; images and projects that failed alike are named together. */
export function findProjectFailures({ projects }: ProjectsDocument): readonly Problem[] {
  const groups = new Map<string, { readonly error: Problem; readonly images: Map<ProjectResult, string[]> }>()
  for (const result of projects) {
    for (const { image, error } of result.failed) {
      if (error.code === 'interrupted') continue
      const key = JSON.stringify(error)
      const group = groups.get(key) ?? { error, images: new Map() }
      group.images.set(result, [...(group.images.get(result) ?? []), image])
      groups.set(key, group)
    }
  }
  return [...groups.values()].map(({ error, images }) => {
    const names = [...images].flatMap(([result, failed]) => nameImages(result, failed))
    return { ...error, message: `${names.join(', ')}: ${error.message}`, hint: adviceFor(error) }
  })
}

/** Only the project's name, when it got none of its images. */
function nameImages({ project, failed, snapshots }: ProjectResult, images: readonly string[]): string[] {
  const all = new Set(failed.map(({ image }) => image))
  if (snapshots.length === 0 && images.length >= all.size) return [project]
  return images.map((image) => inProject(project, image))
}

/** What could not be removed in each project, with the command that removes it. */
export function findProjectLeftovers({ projects }: ProjectsDocument): readonly Problem[] {
  return projects.flatMap((result) =>
    findLeftovers(result).map((problem) => ({ ...problem, message: `${result.project}: ${problem.message}` })),
  )
}

/** The line for what was not built because somebody stopped it; empty when nothing was. */
export function formatProjectsInterrupted({ projects }: ProjectsDocument): string {
  const names = projects.flatMap((result) => {
    const images = result.failed.filter(({ error }) => error.code === 'interrupted').map(({ image }) => image)
    return images.length === 0 ? [] : nameImages(result, images)
  })
  if (names.length === 0) return ''
  const rest = projects.every(({ leftovers }) => leftovers.length === 0) ? ' Nothing is left behind.' : ''
  return `Interrupted: not built: ${names.join(', ')}.${rest}\n`
}
