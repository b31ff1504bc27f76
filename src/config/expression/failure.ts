/** Why an expression has no value. */

import type { Origin, Problem } from '../../errors.ts'

/** Characters of a message, which may quote a value of any length. */
const MOST_SHOWN = 500

/** Thrown while an expression is evaluated; the caller reports its problem. */
export class EvaluationFailure extends Error {
  override readonly name = 'EvaluationFailure'
  readonly problem: Problem

  constructor(text: string, at: Origin, hint?: string) {
    const message = text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}...` : text
    super(message)
    this.problem = { code: 'config', message, at, hint: hint ?? PACKER_HINT }
  }
}

/** Thrown for what Packer evaluates, and what is not evaluated here: that it fails says nothing of the template. */
export class EvaluationLimit extends EvaluationFailure {}

/** Thrown when the budget is spent: then nothing more is evaluated, whatever would stand in for it. */
export class BudgetSpent extends EvaluationLimit {}

/** The hint for templates that do more than is known here. */
export const PACKER_HINT = 'change it, or let Packer itself build this directory: --engine packer'

/**
 * What the work gives, or undefined where an expression in it has no value.
 * @param except failures that are thrown all the same
 */
export function attempt<T>(work: () => T, except?: typeof EvaluationLimit): T | undefined {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof EvaluationFailure) || error instanceof BudgetSpent) throw error
    if (except !== undefined && error instanceof except) throw error
    return undefined
  }
}
