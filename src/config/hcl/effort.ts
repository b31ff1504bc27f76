/** What reading the expressions of a file may take: the parser gives each part of an expression with the text of all its parts. */

import type { Origin, Problem } from '../../errors.ts'
import { PACKER_HINT } from '../expression/failure.ts'
import { levelsOf, MOST_LEVELS } from './scan.ts'

/** Characters of the expressions of a file, each as often as it has levels; a second for each million, more or less. */
const MOST_CHARACTERS = 4_000_000

/** What is left for one file. */
export class Effort {
  #characters = 0
  #spent: Problem | undefined

  /** That the expression takes more than is left; then all that follow do. */
  take(expression: string, at: Origin, levels = levelsOf(expression)): Problem | undefined {
    if (this.#spent !== undefined) return this.#spent
    if (levels > MOST_LEVELS) return toProblem(`more than ${MOST_LEVELS} expressions in each other`, at)
    this.#characters += expression.length * levels
    if (this.#characters <= MOST_CHARACTERS) return undefined
    this.#spent = toProblem('the expressions of this file are too long, and too deep in each other', at)
    return this.#spent
  }
}

const toProblem = (message: string, at: Origin): Problem => ({ code: 'config', message, at, hint: PACKER_HINT })
