/** Why an expression has no value. */

import type { Origin, Problem } from '../../errors.ts'

/** Thrown while an expression is evaluated; the caller reports its problem. */
export class EvaluationFailure extends Error {
  override readonly name = 'EvaluationFailure'
  readonly problem: Problem

  constructor(message: string, at: Origin, hint?: string) {
    super(message)
    this.problem = { code: 'config', message, at, hint: hint ?? PACKER_HINT }
  }
}

/** The hint for templates that do more than is known here. */
export const PACKER_HINT = 'change it, or let Packer itself build this directory: --engine packer'

/** What the work gives, or undefined where an expression in it has no value. */
export function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof EvaluationFailure) return undefined
    throw error
  }
}
