/** Evaluates expressions as Packer does. */

import type { Origin } from '../../errors.ts'
import { toStringValue, type Value } from '../value.ts'
import { type Budget, sizeOf } from './budget.ts'
import type { CallExpression, Expression, ForExpression } from './expression.ts'
import { attempt, EvaluationFailure } from './failure.ts'
import type { Place } from './functions/arguments.ts'
import { callFunction } from './functions/call.ts'
import { applyBinary, applyUnary, entriesOf, take, toBool, toItems, toText, unify } from './operators.ts'

/** What names stand for in an expression. */
export interface Scope {
  /**
   * The value of a root name such as `var` or `local`, and how many of the steps from there it takes.
   * @throws EvaluationFailure when there is none
   */
  resolve(root: string, first: string | number | undefined, at: Origin): { readonly value: Value; readonly used: 0 | 1 }
  /** The value of a call, where not every function may be called. @throws EvaluationFailure */
  call?(call: CallExpression, evaluate: (argument: Expression) => Value): Value
  /** Where functions find files; undefined where none may be read. */
  readonly place?: Place | undefined
  readonly budget: Budget
}

/** @throws EvaluationFailure that says what is wrong, and where */
export function evaluateExpression(expression: Expression, scope: Scope): Value {
  scope.budget.enter(expression.origin)
  try {
    return evaluate(expression, scope)
  } finally {
    scope.budget.leave()
  }
}

function evaluate(expression: Expression, scope: Scope): Value {
  const { origin } = expression
  const { budget } = scope
  const value = (inner: Expression): Value => evaluateExpression(inner, scope)
  switch (expression.kind) {
    case 'literal':
      return expression.value
    case 'template':
      return joinTexts(
        expression.parts.map((part) => toText(value(part), part.origin)),
        budget,
        origin,
      )
    case 'join':
      return joinTexts(
        toItems(value(expression.of)).map((item) => toText(item, origin)),
        budget,
        origin,
      )
    case 'reference': {
      const { root, steps } = expression
      const found = scope.resolve(root, steps[0], origin)
      return steps.slice(found.used).reduce((of, step) => take(of, step, origin), found.value)
    }
    case 'get':
      return expression.steps.reduce((of, step) => take(of, step, origin), value(expression.of))
    case 'index':
      return take(value(expression.of), toText(value(expression.key), expression.key.origin), origin)
    case 'splat': {
      const items = toItems(value(expression.of))
      const taken = items.map((item) => expression.steps.reduce((of, step) => take(of, step, origin), item))
      return budget.made({ kind: 'list', items: taken }, origin)
    }
    case 'conditional': {
      const isTrue = toBool(value(expression.condition), expression.condition.origin)
      const chosen = value(isTrue ? expression.yes : expression.no)
      const other = attempt(() => value(isTrue ? expression.no : expression.yes))
      return other === undefined ? chosen : unify(chosen, other)
    }
    case 'unary':
      return applyUnary(expression.operator, value(expression.operand), origin)
    case 'binary': {
      const [left, right] = [value(expression.left), value(expression.right)]
      budget.take((sizeOf(left).bytes + sizeOf(right).bytes) / 8, origin)
      return applyBinary(expression.operator, left, right, origin)
    }
    case 'call':
      return scope.call === undefined
        ? callFunction(expression, value, { place: scope.place, budget })
        : scope.call(expression, value)
    case 'bound':
      return evaluateExpression(expression.of, withNames(scope, expression.names))
    case 'list':
      return budget.made({ kind: 'list', items: expression.items.map(value) }, origin)
    case 'object': {
      const members = expression.members.map(
        ({ key, value: member }) => [toText(value(key), key.origin), value(member)] as const,
      )
      return budget.made({ kind: 'object', members: new Map(members) }, origin)
    }
    case 'for':
      return budget.made(evaluateFor({ ...expression, origin }, scope), origin)
  }
}

/** Their lengths first: put together they may be more than a text can be. */
function joinTexts(texts: readonly string[], budget: Budget, at: Origin): Value {
  for (const { length } of texts) budget.take(length, at)
  return toStringValue(texts.join(''))
}

/** The scope, with names of its own before those of the other. */
function withNames(scope: Scope, names: ReadonlyMap<string, Value>): Scope {
  return {
    ...(scope.call === undefined ? {} : { call: scope.call }),
    place: scope.place,
    budget: scope.budget,
    resolve(root, first, at) {
      const found = names.get(root)
      return found === undefined ? scope.resolve(root, first, at) : { value: found, used: 0 }
    },
  }
}

function evaluateFor(expression: ForExpression & Pick<Expression, 'origin'>, scope: Scope): Value {
  const { keyName, itemName, name, origin } = expression
  const items: Value[] = []
  const members = new Map<string, Value>()
  const groups = new Map<string, Value[]>()
  for (const [key, item] of entriesOf(evaluateExpression(expression.of, scope), expression.of.origin)) {
    const names = new Map([[itemName, item], ...(keyName === undefined ? [] : ([[keyName, key]] as const))])
    const inside = withNames(scope, names)
    if (expression.only !== undefined) {
      if (!toBool(evaluateExpression(expression.only, inside), expression.only.origin)) continue
    }
    const made = evaluateExpression(expression.item, inside)
    if (name === undefined) {
      items.push(made)
      continue
    }
    const text = toText(evaluateExpression(name, inside), name.origin)
    if (members.has(text) && !expression.grouped) throw new EvaluationFailure(`the key "${text}" comes twice`, origin)
    const group = groups.get(text) ?? []
    group.push(made)
    groups.set(text, group)
    members.set(text, expression.grouped ? { kind: 'list', items: group } : made)
  }
  return name === undefined ? { kind: 'list', items } : { kind: 'object', members }
}
