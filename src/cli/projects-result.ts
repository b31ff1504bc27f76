/** What a run in several projects came to, as it is printed. */

import type { ProjectsDocument } from '../report/projects.ts'
import type { Io } from './io.ts'
import { type OutputForm, writeJson, writeRecord } from './output.ts'
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
