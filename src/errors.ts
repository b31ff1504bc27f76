/**
 * The errors that a user can understand and act on.
 * Anything else that is thrown is a defect of this program, and is shown as one.
 */

import { SandboxError } from 'hcloud-sandbox/errors'
import { SchematicError } from 'talos-schematic/errors'

/** The kind of an error. The names are stable: part of the JSON output, listed in docs/exit-codes.md. */
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
  | 'boot'
  | 'timeout'
  | 'sandbox'
  | 'packer'
  | 'not-found'
  | 'interrupted'

/**
 * What each of them comes from: what the user gave, or something else.
 * @internal
 */
export const ERROR_CODES: Readonly<Record<ErrorCode, 'input' | 'other'>> = {
  usage: 'input',
  config: 'input',
  schematic: 'input',
  source: 'input',
  factory: 'other',
  token: 'input',
  api: 'other',
  network: 'other',
  stock: 'other',
  limit: 'other',
  ssh: 'other',
  write: 'other',
  verify: 'other',
  snapshot: 'other',
  boot: 'other',
  timeout: 'other',
  sandbox: 'other',
  packer: 'other',
  'not-found': 'other',
  interrupted: 'other',
}

/** Where a value comes from: a file (line and column count from 1), a variable, a flag, or a default. */
export type Origin =
  | { readonly kind: 'file'; readonly file: string; readonly line?: number; readonly column?: number }
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'flag'; readonly name: string }
  | { readonly kind: 'default' }

/** An error or a warning: what is wrong, where, and what to do about it. */
export interface Problem {
  readonly code: ErrorCode
  readonly message: string
  /** Where it is; missing when it has no place. */
  readonly at?: Origin | undefined
  /** What to do about it. */
  readonly hint?: string | undefined
}

/** An error that a user can act on. It is shown with its message and hint, without a stack trace. */
export class TalosImageError extends Error {
  override readonly name: string = 'TalosImageError'
  /** The kind of error. */
  readonly code: ErrorCode
  /** Where it is; undefined when it has no place. */
  readonly at: Origin | undefined
  /** What to do about it. */
  readonly hint: string | undefined

  /** An error for one problem; `options.cause` is the error that caused it. */
  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.message, options)
    this.code = problem.code
    this.at = problem.at
    this.hint = problem.hint
  }

  /** All problems: one for most errors, several for a {@link ProblemsError}. */
  get problems(): readonly Problem[] {
    return [{ code: this.code, message: this.message, at: this.at, hint: this.hint }]
  }
}

/** Several problems that were found at once, before anything was created. */
export class ProblemsError extends TalosImageError {
  override readonly name = 'ProblemsError'
  readonly #problems: readonly Problem[]

  /**
   * @param problems at least one; the code of the error is that of the first
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

  override get problems(): readonly Problem[] {
    return this.#problems
  }
}

/**
 * Throws one error with all problems; does nothing when there are none.
 * @throws ProblemsError
 * @internal
 */
export function throwProblems(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ProblemsError(problems)
}

/**
 * An error of the sandbox's or the schematics' package as a ProblemsError; any other value unchanged.
 * @internal
 */
export function toTalosImageError(error: unknown): unknown {
  const isOurs = error instanceof SandboxError || error instanceof SchematicError
  return isOurs ? new ProblemsError(error.problems, { cause: error }) : error
}

/** `file:line:column`, or the name of a variable or flag; empty for a default. */
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
