/**
 * One family of errors for everything that can go wrong for a reason a user can understand.
 * Anything else that is thrown is a defect of this program, and is shown as one.
 */

import { SandboxError } from 'hcloud-sandbox/errors'
import { SchematicError } from 'talos-schematic/errors'

/** Stable names of what went wrong; part of the JSON output, listed in docs/exit-codes.md. */
export type ErrorCode =
  | 'usage'
  | 'config'
  | 'schematic'
  | 'source'
  | 'factory'
  | 'token'
  | 'api'
  | 'network'
  | 'stock'
  | 'limit'
  | 'ssh'
  | 'write'
  | 'verify'
  | 'snapshot'
  | 'timeout'
  | 'sandbox'
  | 'packer'
  | 'not-found'
  | 'interrupted'

/** Where a value or a mistake stands: in a file (line and column count from 1), a variable, a flag, or nowhere. */
export type Origin =
  | { readonly kind: 'file'; readonly file: string; readonly line?: number; readonly column?: number }
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'flag'; readonly name: string }
  | { readonly kind: 'default' }

/** One thing that is wrong, or worth a warning: what, where, and what to do about it. */
export interface Problem {
  readonly code: ErrorCode
  readonly message: string
  /** Where it stands; missing when it stands nowhere. */
  readonly at?: Origin | undefined
  /** What to do about it. */
  readonly hint?: string | undefined
}

/** An error that a user can act on. Shown as message and hint, never as a stack trace. */
export class TalosImageError extends Error {
  override readonly name: string = 'TalosImageError'
  /** What kind of thing went wrong. */
  readonly code: ErrorCode
  /** Where it stands. */
  readonly at: Origin | undefined
  /** What to do about it. */
  readonly hint: string | undefined

  /** An error for one problem; the error that it comes from can be its `cause`. */
  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.message, options)
    this.code = problem.code
    this.at = problem.at
    this.hint = problem.hint
  }

  /** All that is wrong: one problem for most errors, several for a {@link ProblemsError}. */
  get problems(): readonly Problem[] {
    return [{ code: this.code, message: this.message, at: this.at, hint: this.hint }]
  }
}

/** Several problems found in one go, all of them before anything was paid for. */
export class ProblemsError extends TalosImageError {
  override readonly name = 'ProblemsError'
  readonly #problems: readonly Problem[]

  /**
   * @param problems at least one problem; the first one gives the error its code
   * @throws RangeError when there is no problem
   */
  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    const [first] = problems
    if (first === undefined) throw new RangeError('a ProblemsError needs at least one problem')
    super(
      problems.length === 1 ? first : { code: first.code, message: problems.map((p) => p.message).join('\n') },
      options,
    )
    this.#problems = problems
  }

  /** All that is wrong. */
  override get problems(): readonly Problem[] {
    return this.#problems
  }
}

/**
 * Throws one error for all the problems, or does nothing when there are none.
 * @internal
 */
export function throwProblems(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ProblemsError(problems)
}

/**
 * An error of the sandbox or of a schematic as one of ours; anything else as it is.
 * @internal
 */
export function toTalosImageError(error: unknown): unknown {
  const isOurs = error instanceof SandboxError || error instanceof SchematicError
  return isOurs ? new ProblemsError(error.problems, { cause: error }) : error
}

/** `file:line:column`, a variable's or a flag's name; empty for a default. */
export function formatOrigin(origin: Origin | undefined): string {
  switch (origin?.kind) {
    case 'file':
      return [origin.file, origin.line, origin.column].filter((part) => part !== undefined).join(':')
    case 'env':
    case 'flag':
      return origin.name
    default:
      return ''
  }
}
