/** Expressions as they are evaluated here: a small tree, the same for HCL and JSON. */

import type { Origin } from '../../errors.ts'
import type { Value } from '../value.ts'

/** A name after a dot, or a constant in brackets. */
export type Step = string | number

export const UNARY_OPERATORS = ['negate', 'logicalNot'] as const
export type UnaryOperator = (typeof UNARY_OPERATORS)[number]
export const BINARY_OPERATORS = [
  ...(['add', 'subtract', 'multiply', 'divide', 'modulo', 'logicalAnd', 'logicalOr', 'equal', 'notEqual'] as const),
  ...(['lessThan', 'lessThanOrEqual', 'greaterThan', 'greaterThanOrEqual'] as const),
] as const
export type BinaryOperator = (typeof BINARY_OPERATORS)[number]

/** `[for key, item in of : item if only]`, and with a name `{for key, item in of : name => item if only}`. */
export interface ForExpression {
  readonly kind: 'for'
  readonly keyName: string | undefined
  readonly itemName: string
  readonly of: Expression
  readonly name: Expression | undefined
  readonly item: Expression
  readonly only: Expression | undefined
  /** `=> item...`: items of the same name become a list. */
  readonly grouped: boolean
}

/** `name(args)`; `spread`: the last argument is a list of arguments. */
export type CallExpression = Extract<Expression, { kind: 'call' }>

/** What an expression is, and where it stands. */
export type Expression = { readonly origin: Origin } & (
  | { readonly kind: 'literal'; readonly value: Value }
  /** Text with things filled in. */
  | { readonly kind: 'template'; readonly parts: readonly Expression[] }
  /** Texts of a `%{ for }`, put together. */
  | { readonly kind: 'join'; readonly of: Expression }
  /** `var.name`, `local.name.key[0]`: a root and the way from there. */
  | { readonly kind: 'reference'; readonly root: string; readonly steps: readonly Step[] }
  | { readonly kind: 'get'; readonly of: Expression; readonly steps: readonly Step[] }
  | { readonly kind: 'index'; readonly of: Expression; readonly key: Expression }
  | { readonly kind: 'splat'; readonly of: Expression; readonly steps: readonly Step[] }
  | {
      readonly kind: 'conditional'
      readonly condition: Expression
      readonly yes: Expression
      readonly no: Expression
    }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression }
  | {
      readonly kind: 'binary'
      readonly operator: BinaryOperator
      readonly left: Expression
      readonly right: Expression
    }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[]; readonly spread: boolean }
  /** An expression in which some names stand for values. */
  | { readonly kind: 'bound'; readonly names: ReadonlyMap<string, Value>; readonly of: Expression }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'object'; readonly members: readonly { readonly key: Expression; readonly value: Expression }[] }
  | ForExpression
)

/** The expressions that an expression is made of. */
function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'template':
      return expression.parts
    case 'join':
    case 'bound':
    case 'get':
    case 'splat':
      return [expression.of]
    case 'index':
      return [expression.of, expression.key]
    case 'conditional':
      return [expression.condition, expression.yes, expression.no]
    case 'unary':
      return [expression.operand]
    case 'binary':
      return [expression.left, expression.right]
    case 'call':
      return expression.args
    case 'list':
      return expression.items
    case 'object':
      return expression.members.flatMap(({ key, value }) => [key, value])
    case 'for':
      return [expression.of, expression.name, expression.item, expression.only].filter((part) => part !== undefined)
    default:
      return []
  }
}

/** The expression and all that it is made of, in the order of the text. */
function* allIn(expression: Expression): Generator<Expression> {
  const left = [expression]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    yield next
    for (const part of [...partsOf(next)].reverse()) left.push(part)
  }
}

/** The names after `var.` or `local.` that an expression refers to. */
export function namesIn(expression: Expression, root: 'var' | 'local'): string[] {
  return [...allIn(expression)].flatMap((one) =>
    one.kind === 'reference' && one.root === root ? [String(one.steps[0] ?? '')] : [],
  )
}

/** The texts that are written in an expression, without those that it calculates. */
export function textsOf(expression: Expression): string[] {
  return [...allIn(expression)].flatMap((one) =>
    one.kind === 'literal' && one.value.kind === 'string' ? [one.value.text] : [],
  )
}
