/** What names stand for in an expression. */

import type { Origin } from '../../errors.ts'
import type { Value } from '../value.ts'

export interface Scope {
  /**
   * The value of a root name such as `var` or `local`, and what of the way from there is used up by it.
   * @throws EvaluationFailure when there is none
   */
  resolve(root: string, first: string | number | undefined, at: Origin): { readonly value: Value; readonly used: 0 | 1 }
}

/** A scope with one or two more names, as the items of a `for` are. */
export function withNames(scope: Scope, names: ReadonlyMap<string, Value>): Scope {
  return {
    resolve(root, first, at) {
      const value = names.get(root)
      return value === undefined ? scope.resolve(root, first, at) : { value, used: 0 }
    },
  }
}
