/** What a build came to, or what several came to together: printed, written to files, and told to a job. */

import type { Problem } from '../errors.ts'
import type { ProjectsPlan } from '../plan/plan-projects.ts'
import { type ProjectResult, toRunDocument } from '../report/projects.ts'
import type { ResultFileFlags } from './build-flags.ts'
import type { CommandResult } from './command-result.ts'
import { EXIT, exitCodeOfRun } from './exit-codes.ts'
import { writeJobSummary } from './github-actions.ts'
import type { Io } from './io.ts'
import { writeOutputs } from './job-outputs.ts'
import { buildOutputs } from './render/job-outputs.ts'
import { findFailures, findKept, findLeftovers, findOlder, formatInterrupted, formatSummary } from './render/summary.ts'
import { writeResultFiles } from './result-files.ts'

/**
 * @param files which are written
 * @param warnings beside those that follow from the results
 */
export function toRunResult(
  io: Io,
  results: readonly ProjectResult[],
  planned: ProjectsPlan,
  files: ResultFileFlags,
  warnings: readonly Problem[] = [],
): CommandResult {
  return {
    document: toRunDocument(results),
    records: results.map((result) => ({ type: 'result', ...result })),
    text: (width) => formatSummary(results, width),
    warnings: [...warnings, ...findOlder(results), ...findKept(results)],
    problems: [...findFailures(results), ...findLeftovers(results)],
    apart: true,
    note: formatInterrupted(results),
    finish: async () => {
      for (const result of results) await writeJobSummary(io, result)
      const noted = await writeOutputs(io, buildOutputs(results))
      const written = (await writeResultFiles(io, files, results, planned)) && noted
      return exitCodeOfRun(results) || (written ? EXIT.success : EXIT.failed)
    },
  }
}
