/** The `validation` blocks of variables. */

import type { Problem } from '../../errors.ts'
import { evaluateExpression } from '../expression/evaluate.ts'
import { attempt, EvaluationFailure } from '../expression/failure.ts'
import { toBool } from '../expression/operators.ts'
import type { Chosen } from '../precedence.ts'
import { isScalar } from '../value.ts'
import { findAttribute } from './block.ts'
import type { Template } from './template.ts'
import { TemplateScope } from './template-scope.ts'

/** What the template itself has against the values of its variables. */
export function findValidationProblems(chosen: readonly Chosen[], template: Template): Problem[] {
  const scope = new TemplateScope(template, new Map())
  return chosen.flatMap(({ name, declaration, sourced }) =>
    (declaration.validations ?? []).flatMap((validation): Problem[] => {
      const condition = findAttribute(validation, 'condition')?.expression
      const message = findAttribute(validation, 'error_message')?.expression
      if (condition === undefined || sourced === undefined) return []
      try {
        if (toBool(evaluateExpression(condition, scope), condition.origin)) return []
        const said = message && attempt(() => evaluateExpression(message, scope))
        const why = said !== undefined && isScalar(said) ? said.text : 'the template refuses this value'
        const hint = 'the template checks this value'
        return [{ code: 'config', message: `"${name}": ${why}`, at: sourced.origin, hint }]
      } catch (error) {
        if (!(error instanceof EvaluationFailure)) throw error
        return [error.problem]
      }
    }),
  )
}
