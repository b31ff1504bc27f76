/** What can go wrong with the sandbox for a reason that its user can act on. */

/** One thing that is wrong: what, where it was written, and what to do about it. */
export interface SandboxProblem {
  /** `usage`: what was asked for cannot be; `sandbox`: it cannot run here, or what it needs is missing. */
  readonly code: 'usage' | 'sandbox'
  readonly message: string
  /** Line and column count from 1. */
  readonly at?:
    | { readonly kind: 'file'; readonly file: string; readonly line?: number; readonly column?: number }
    | { readonly kind: 'flag'; readonly name: string }
    | { readonly kind: 'env'; readonly name: string }
    | undefined
  readonly hint?: string | undefined
}

/** An error that a user can act on. */
export class SandboxError extends Error {
  override readonly name: string = 'SandboxError'
  /** All that is wrong; at least one. */
  readonly problems: readonly SandboxProblem[]
  /** What kind of thing the first of them is. */
  readonly code: SandboxProblem['code']
  /** Where the first of them was written. */
  readonly at: SandboxProblem['at']
  /** What to do about the first of them. */
  readonly hint: string | undefined

  constructor(problem: SandboxProblem | readonly SandboxProblem[], options?: ErrorOptions) {
    const problems = 'message' in problem ? [problem] : problem
    super(problems.map(({ message }) => message).join('\n'), options)
    this.problems = problems
    this.code = problems[0]?.code ?? 'sandbox'
    this.at = problems[0]?.at
    this.hint = problems[0]?.hint
  }
}

/** Throws one error for all the problems, or does nothing when there are none. */
export function throwProblems(problems: readonly SandboxProblem[]): void {
  if (problems.length > 0) throw new SandboxError(problems)
}
