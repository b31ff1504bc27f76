/** What a run in several projects came to: printed, and written to files. */

import { TalosImageError } from '../errors.ts'
import type { ProjectsDocument } from '../report/projects.ts'
import type { Io } from './io.ts'
import { type OutputForm, writeJson, writeJsonFile, writeRecord } from './output.ts'
import { hasProjectPlace, toProjectPath } from './project-path.ts'
import {
  findProjectFailures,
  findProjectLeftovers,
  formatProjectsInterrupted,
  formatProjectsSummary,
} from './render/projects-summary.ts'
import { showError } from './show-problem.ts'

/** What was built, then what was not, and why, and what to do. */
export function printResults(io: Io, output: OutputForm, document: ProjectsDocument): void {
  if (output === 'json') writeJson(io, document)
  else if (output === 'jsonl') for (const result of document.projects) writeRecord(io, { type: 'result', ...result })
  else if (document.projects.some(({ snapshots }) => snapshots.length > 0)) {
    io.err('\n')
    io.out(formatProjectsSummary(document, io.outColumns()))
  }
  const problems = [...findProjectFailures(document), ...findProjectLeftovers(document)]
  if (problems.length > 0) io.err('\n')
  for (const problem of problems) showError(io, problem)
  io.err(formatProjectsInterrupted(document))
}

/** One file for all, or, where the path has a place for its name, one for each project. Whether all were written. */
export async function writeManifests(io: Io, path: string, document: ProjectsDocument): Promise<boolean> {
  const files = hasProjectPlace(path)
    ? document.projects.map((result) => ({ path: toProjectPath(path, result.project), content: result }))
    : [{ path, content: document }]
  let written = true
  for (const file of files) {
    try {
      await writeJsonFile(io, file.path, '--manifest', file.content)
    } catch (error) {
      if (!(error instanceof TalosImageError)) throw error
      for (const problem of error.problems) showError(io, problem)
      written = false
    }
  }
  return written
}
