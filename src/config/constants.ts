/** Values that may use no names: those of var files, and the defaults of variables. */

import type { Problem } from '../errors.ts'
import { Budget } from './expression/budget.ts'
import { evaluateExpression, type Scope } from './expression/evaluate.ts'
import type { Expression } from './expression/expression.ts'
import { BudgetSpent, EvaluationFailure } from './expression/failure.ts'
import { toStringValue, type Value } from './value.ts'
import type { Sourced } from './variables.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The value of a variable's expression, or the problem that it has none.
 * @param env for `env("NAME")`, which is empty when it is not set; undefined where no function may be called
 * @param budget that of everything in the file
 */
export function evaluateConstant(
  name: string,
  expression: Expression,
  env?: Environment,
  budget: Budget = new Budget(),
): Sourced<Value> | Problem {
  try {
    return { value: evaluateExpression(expression, toScope(budget, env)), origin: expression.origin }
  } catch (error) {
    if (!(error instanceof EvaluationFailure)) throw error
    if (error instanceof BudgetSpent) return error.problem
    return { ...error.problem, message: `"${name}": ${error.problem.message}` }
  }
}

function toScope(budget: Budget, env: Environment | undefined): Scope {
  return {
    budget,
    resolve(root, first, at) {
      const text = first === undefined ? root : `${root}.${first}`
      const hint = 'write the value itself; for a literal ${ write $${'
      throw new EvaluationFailure(`variables may not be used here (${text})`, at, hint)
    },
    call({ name, args: [argument], origin }, evaluate) {
      if (env !== undefined && name === 'env' && argument !== undefined) {
        const variable = evaluate(argument)
        if (variable.kind === 'string') return toStringValue(env[variable.text] ?? '')
      }
      throw new EvaluationFailure(`functions may not be called here (${name})`, origin, FUNCTION_HINT)
    },
  }
}

const FUNCTION_HINT = 'write the value itself; only the default of a variable may call a function, and only env("NAME")'
