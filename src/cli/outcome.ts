/** What a command came to, and the one place that prints it. */

import { type Problem, ProblemsError } from '../errors.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import { formatDocument } from './formats/formats.ts'
import type { Io } from './io.ts'
import { showError, showWarning } from './show-problem.ts'

export interface Outcome {
  /** For people. @param width of the terminal; infinite without a terminal */
  readonly text: string | ((width: number) => string)
  /** The same for programs: plain JSON data. Missing when the text is what programs read, too. */
  readonly document?: unknown
  /** Shown below the result. */
  readonly warnings?: readonly Problem[]
  /** What went wrong although there is a result; shown below it. */
  readonly problems?: readonly Problem[]
  /** Else 0, or what the problems come to. */
  readonly exitCode?: number
}

/** A document that also holds what went wrong, as the document of an error does. */
export function withProblems<T extends object>(document: T, problems: readonly Problem[]) {
  return problems.length === 0 ? document : { ...document, error: { problems } }
}

/** Prints an outcome in the form that was asked for; gives the exit code. */
export async function printOutcome(io: Io, form: unknown, outcome: Outcome): Promise<number> {
  const { text, document, warnings = [], problems = [] } = outcome
  const written = document === undefined ? undefined : await formatDocument(form, document)
  const shown = written ?? (typeof text === 'string' ? text : text(io.outColumns()))
  if (shown !== '') io.out(shown)
  for (const warning of warnings) showWarning(io, warning)
  // The user interrupted it, and was told what happens.
  for (const problem of problems) if (problem.code !== 'interrupted') showError(io, problem)
  return outcome.exitCode ?? (problems.length === 0 ? EXIT.success : exitCodeOf(new ProblemsError(problems)))
}
