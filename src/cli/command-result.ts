/** What a command came to, and the one place that prints it. */

import { type Problem, ProblemsError } from '../errors.ts'
import { type BuildRecord, toJsonLine } from '../report/event-record.ts'
import { redact } from '../util/redact.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import { formatDocument, LINES } from './formats/formats.ts'
import type { Io } from './io.ts'
import { foldLines } from './render/fold.ts'
import { showError, showWarning } from './show-problem.ts'

export interface CommandResult {
  /** For people. @param width of the terminal; infinite without a terminal */
  readonly text: string | ((width: number) => string)
  /** The same for programs: plain JSON data. Missing when the text is what programs read, too. */
  readonly document?: unknown
  /** The last lines of a command that prints a line for each event. */
  readonly records?: readonly BuildRecord[]
  /** Shown below the result. */
  readonly warnings?: readonly Problem[]
  /** What went wrong although there is a result; shown below it. */
  readonly problems?: readonly Problem[]
  /** Whether an empty line sets the problems apart. */
  readonly apart?: boolean
  /** What is said last, on standard error. */
  readonly note?: string
  /** Else 0, or what the problems come to. */
  readonly exitCode?: number
  /** What is left to do once the result is printed; gives the exit code. */
  readonly finish?: () => Promise<number>
}

/** A document that also holds what went wrong, as the document of an error does. */
export function withProblems<T extends object>(document: T, problems: readonly Problem[]) {
  return problems.length === 0 ? document : { ...document, error: { problems } }
}

/** Prints a result in the form that was asked for; gives the exit code. */
export async function printResult(io: Io, form: unknown, result: CommandResult): Promise<number> {
  const { text, document, records = [], warnings = [], problems = [], note = '' } = result
  if (form === LINES) for (const record of records) writeRecord(io, record)
  else {
    const written = document === undefined ? undefined : await formatDocument(form, document)
    const shown = written ?? (typeof text === 'string' ? text : text(io.outColumns()))
    if (shown !== '') io.out(shown)
  }
  for (const warning of warnings) showWarning(io, warning)
  if (problems.length > 0 && result.apart === true) io.err('\n')
  // The user interrupted it, and was told what happens.
  for (const problem of problems) if (problem.code !== 'interrupted') showError(io, problem)
  if (note !== '') io.err(foldLines(note, io.errColumns()))
  if (result.finish !== undefined) return await result.finish()
  return result.exitCode ?? (problems.length === 0 ? EXIT.success : exitCodeOf(new ProblemsError(problems)))
}

/** A line of `--output jsonl`. */
export function writeRecord(io: Io, record: BuildRecord, now = new Date()): void {
  io.out(`${redact(toJsonLine(record, now))}\n`)
}
