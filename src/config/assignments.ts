/** Values that something other than a declaration gives to a variable. */

import { formatOrigin, type Origin, type Problem } from '../errors.ts'
import { didYouMean } from '../util/near.ts'
import type { Found } from './source-file.ts'
import type { Value } from './value.ts'
import type { Sourced } from './variables.ts'

export interface Assignment extends Sourced<Value> {
  readonly name: string
}

/** Assignments, with problems and warnings. */
export interface Assigned extends Found<Assignment> {
  readonly warnings: readonly Problem[]
}

/** A name in a var file or flag that no template declares. */
export function toUndeclaredProblem(name: string, at: Origin, declared: Iterable<string>): Problem {
  const effect = at.kind === 'flag' ? '' : ', so it has no effect'
  return {
    code: 'config',
    message: `"${name}" is not a declared variable${effect}`,
    at,
    hint: didYouMean(name, declared) ?? `declare it with variable "${name}" {} in a *.pkr.hcl file, or leave it out`,
  }
}

/** A name that one file sets twice. */
export function toRepeatedProblem(name: string, at: Origin, first: Origin): Problem {
  return { code: 'config', message: `"${name}" is set twice`, at, hint: `it is set at ${formatOrigin(first)} already` }
}
