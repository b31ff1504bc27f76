/** Sums of a shell, such as those that count tries: `$((n + 1))`. */

import type { ArithmeticExpression } from 'unbash'

/** Where the variables of a sum are. */
export interface Numbers {
  /** The text of a variable, or of `$NAME`; undefined when it is not known. */
  readonly get: (name: string) => string | undefined
  /** @param value undefined: it is not known any more */
  readonly set: (name: string, value: number | undefined) => void
}

const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => Math.trunc(a / b),
  '%': (a, b) => a % b,
  '<': (a, b) => Number(a < b),
  '<=': (a, b) => Number(a <= b),
  '>': (a, b) => Number(a > b),
  '>=': (a, b) => Number(a >= b),
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  '&&': (a, b) => Number(a !== 0 && b !== 0),
  '||': (a, b) => Number(a !== 0 || b !== 0),
  ',': (_, b) => b,
}

/** The number that an expression amounts to; undefined when that is not known. */
export function calculate(expression: ArithmeticExpression | undefined, numbers: Numbers): number | undefined {
  switch (expression?.type) {
    case 'ArithmeticGroup':
      return calculate(expression.expression, numbers)
    case 'ArithmeticWord':
      return toNumber(expression.value, numbers)
    case 'ArithmeticUnary':
      return unary(expression, numbers)
    case 'ArithmeticBinary':
      return binary(expression, numbers)
    default:
      return undefined
  }
}

function toNumber(word: string, numbers: Numbers): number | undefined {
  const text = /^\d/.test(word) ? word : numbers.get(word.replace(/^\$\{?|\}$/g, ''))
  // An empty variable counts as 0; a 0 in front says that what follows is octal or hexadecimal.
  return text === undefined || !/^-?(?:|0|[1-9]\d*)$/.test(text) ? undefined : Number(text)
}

type Of<Type> = Extract<ArithmeticExpression, { type: Type }>

function unary({ operator, operand, prefix }: Of<'ArithmeticUnary'>, numbers: Numbers): number | undefined {
  const value = calculate(operand, numbers)
  if (operator === '!') return value === undefined ? undefined : Number(value === 0)
  if (operator === '-' || operator === '+') return value === undefined ? undefined : Number(`${operator}1`) * value
  if (operand.type !== 'ArithmeticWord' || !/^(?:\+\+|--)$/.test(operator)) return undefined
  const after = value === undefined ? undefined : value + (operator === '++' ? 1 : -1)
  numbers.set(operand.value, after)
  return prefix ? after : value
}

function binary({ operator, left, right }: Of<'ArithmeticBinary'>, numbers: Numbers): number | undefined {
  const assigned = /^(?![<>=!]=)(.*)=$/.exec(operator)?.[1]
  const before = assigned === '' ? 0 : calculate(left, numbers)
  const operand = calculate(right, numbers)
  const isKnown = before !== undefined && operand !== undefined
  const result = !isKnown ? undefined : assigned === '' ? operand : BINARY[assigned ?? operator]?.(before, operand)
  if (assigned !== undefined && left.type === 'ArithmeticWord') numbers.set(left.value, result)
  return result
}
