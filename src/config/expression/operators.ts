/** Operators of expressions, on values. */

import type { Origin } from '../../errors.ts'
import { formatKind, isEqual, NULL, toBoolValue, toNumberValue, toStringValue, type Value } from '../value.ts'
import { convert } from '../variable-type.ts'
import type { BinaryOperator, Step, UnaryOperator } from './expression.ts'
import { EvaluationFailure, EvaluationLimit } from './failure.ts'

/** A condition's value. @throws EvaluationFailure when it is not a bool */
export function toBool(value: Value, at: Origin): boolean {
  const bool = convert(value, 'bool')
  if (bool?.kind === 'bool') return bool.text === 'true'
  throw new EvaluationFailure(`a bool is needed here, not ${formatKind(value.kind)}`, at)
}

/** @throws EvaluationFailure when it is not a number */
export function toNumber(value: Value, at: Origin): number {
  const number = convert(value, 'number')
  if (number?.kind === 'number') return toFinite(Number(number.text), at)
  throw new EvaluationFailure(`a number is needed here, not ${formatKind(value.kind)}`, at)
}

/** @throws EvaluationFailure for what JavaScript has no number for, where Packer may have one */
export function toFinite(number: number, at: Origin): number {
  if (Number.isFinite(number)) return number
  throw new EvaluationLimit('this is not a number that can be worked with here: 1.8e308 is the biggest', at)
}

/** What is put into a text. @throws EvaluationFailure for null, lists and objects */
export function toText(value: Value, at: Origin): string {
  const text = convert(value, 'string')
  if (text?.kind === 'string') return text.text
  throw new EvaluationFailure(`${formatKind(value.kind)} cannot be put into a text`, at)
}

export function applyUnary(operator: UnaryOperator, value: Value, at: Origin): Value {
  return operator === 'negate' ? toNumberValue(-toNumber(value, at)) : toBoolValue(!toBool(value, at))
}

export function applyBinary(operator: BinaryOperator, left: Value, right: Value, at: Origin): Value {
  if (operator === 'equal') return toBoolValue(isEqual(left, right))
  if (operator === 'notEqual') return toBoolValue(!isEqual(left, right))
  if (operator === 'logicalAnd') return toBoolValue(toBool(left, at) && toBool(right, at))
  if (operator === 'logicalOr') return toBoolValue(toBool(left, at) || toBool(right, at))
  const [a, b] = [toNumber(left, at), toNumber(right, at)]
  if (b === 0 && (operator === 'divide' || operator === 'modulo')) {
    throw new EvaluationFailure('a division by zero', at)
  }
  const result = ON_NUMBERS[operator](a, b)
  return typeof result === 'number' ? toNumberValue(toFinite(result, at)) : toBoolValue(result)
}

const ON_NUMBERS: Readonly<
  Record<
    Exclude<BinaryOperator, 'equal' | 'notEqual' | 'logicalAnd' | 'logicalOr'>,
    (a: number, b: number) => number | boolean
  >
> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  modulo: (a, b) => a % b,
  lessThan: (a, b) => a < b,
  lessThanOrEqual: (a, b) => a <= b,
  greaterThan: (a, b) => a > b,
  greaterThanOrEqual: (a, b) => a >= b,
}

/** One step into a list or an object. @throws EvaluationFailure when there is no such thing */
export function take(value: Value, step: Step, at: Origin): Value {
  if (value.kind === 'object') {
    const member = value.members.get(String(step))
    if (member !== undefined) return member
    throw new EvaluationFailure(`there is no "${step}" in this object`, at, hintOfNames([...value.members.keys()]))
  }
  if (value.kind === 'list') {
    const item = typeof step === 'number' || /^\d+$/.test(step) ? value.items[Number(step)] : undefined
    if (item !== undefined) return item
    throw new EvaluationFailure(`there is no item ${step} in this list of ${value.items.length}`, at)
  }
  throw new EvaluationFailure(`${formatKind(value.kind)} has no "${step}"`, at)
}

function hintOfNames(names: readonly string[]): string {
  return names.length === 0 ? 'it is empty' : `it has ${names.slice(0, 10).join(', ')}`
}

/** Both sides of a conditional have one type: where one is a string, the other becomes one. */
export function unify(value: Value, other: Value): Value {
  if (other.kind === 'string' && (value.kind === 'number' || value.kind === 'bool')) return toStringValue(value.text)
  return value
}

/** The items of a list or an object, with their keys. @throws EvaluationFailure for anything else */
export function entriesOf(value: Value, at: Origin): (readonly [key: Value, item: Value])[] {
  if (value.kind === 'list') return value.items.map((item, index) => [toNumberValue(index), item])
  // Maps have no order, so they are walked through in that of their keys.
  if (value.kind === 'object') {
    const sorted = [...value.members].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    return sorted.map(([key, item]) => [toStringValue(key), item])
  }
  throw new EvaluationFailure(`a list or an object is needed here, not ${formatKind(value.kind)}`, at)
}

/** The items of a splat: of a value that is not a list, that value; of null, none. */
export function toItems(value: Value): readonly Value[] {
  if (value.kind === 'list') return value.items
  return value === NULL || value.kind === 'null' ? [] : [value]
}
