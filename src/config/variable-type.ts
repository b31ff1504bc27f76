/** What a template says about a variable's type, and how a value becomes one of that type. */

import type { Expression } from './expression/expression.ts'
import { isScalar, type Scalar, toKey, type Value } from './value.ts'

/** `any` takes everything. */
export type VariableType = 'string' | 'number' | 'bool' | 'any' | CollectionType

export type CollectionType =
  /** Lists, and tuples, whose items may be of any type here. A set becomes a list without repetitions, in order. */
  | { readonly kind: 'list'; readonly element: VariableType }
  | { readonly kind: 'set'; readonly element: VariableType }
  | { readonly kind: 'map'; readonly element: VariableType }
  | { readonly kind: 'object'; readonly attributes: ReadonlyMap<string, VariableType> }

/** The type of a variable that has a default and no `type`, as Packer infers it. */
export function typeOf(value: Value): VariableType {
  if (isScalar(value)) return value.kind
  if (value.kind === 'null') return 'any'
  return { kind: value.kind === 'list' ? 'list' : 'map', element: 'any' }
}

/** `a string`, `a list`, ...: for error messages. */
export function formatType(type: VariableType): string {
  if (typeof type !== 'string') return { list: 'a list', set: 'a set', map: 'a map', object: 'an object' }[type.kind]
  return { string: 'a string', number: 'a number', bool: 'a bool', any: 'a string' }[type]
}

/** The type that an expression such as `map(string)` means; undefined when it is not a type. */
export function toType(expression: Expression): VariableType | undefined {
  if (expression.kind === 'reference' && expression.steps.length === 0) {
    return PLAIN_TYPES.find((type) => type === expression.root)
  }
  if (expression.kind !== 'call') return undefined
  const [inside] = expression.args
  if (expression.name === 'tuple') return { kind: 'list', element: 'any' }
  if (expression.name === 'object') return inside?.kind === 'object' ? toObjectType(inside.members) : undefined
  const element = inside && toType(inside)
  const kind = KINDS.get(expression.name)
  return kind && element && { kind, element }
}

const PLAIN_TYPES = ['string', 'number', 'bool', 'any'] as const
const KINDS: ReadonlyMap<string, 'list' | 'set' | 'map'> = new Map([
  ['list', 'list'],
  ['set', 'set'],
  ['map', 'map'],
])

function toObjectType(
  members: readonly { readonly key: Expression; readonly value: Expression }[],
): CollectionType | undefined {
  const attributes = new Map<string, VariableType>()
  for (const { key, value } of members) {
    const type = toType(value)
    if (type === undefined || key.kind !== 'literal' || key.value.kind !== 'string') return undefined
    attributes.set(key.value.text, type)
  }
  return { kind: 'object', attributes }
}

/**
 * The value as the type wants it, with Packer's conversions: numbers and bools become strings, strings that look like
 * a number or a bool become one, in lists and maps as well. Undefined when there is no such conversion. null fits every
 * type.
 */
export function convert(value: Value, type: VariableType): Value | undefined {
  if (value.kind === 'null' || type === 'any') return value
  if (typeof type !== 'string') return convertCollection(value, type)
  if (!isScalar(value)) return undefined
  switch (type) {
    case 'string':
      return { kind: 'string', text: value.text }
    case 'number':
      return value.kind !== 'bool' && isNumber(value.text) ? { kind: 'number', text: value.text } : undefined
    case 'bool':
      return toBool(value)
  }
}

function convertCollection(value: Value, type: CollectionType): Value | undefined {
  if (type.kind === 'list' || type.kind === 'set') {
    if (value.kind !== 'list') return undefined
    const converted = value.items.map((item) => convert(item, type.element))
    if (converted.includes(undefined)) return undefined
    const items = converted.filter((item) => item !== undefined)
    return { kind: 'list', items: type.kind === 'set' ? toUnique(items) : items }
  }
  if (value.kind !== 'object') return undefined
  const members = new Map<string, Value>()
  const wanted: Iterable<readonly [string, VariableType]> =
    type.kind === 'map' ? [...value.members.keys()].map((name) => [name, type.element] as const) : type.attributes
  for (const [name, element] of wanted) {
    const member = value.members.get(name)
    const converted = member && convert(member, element)
    if (converted === undefined) return undefined
    members.set(name, converted)
  }
  return { kind: 'object', members }
}

/** Each value once, in the order in which the values of a set are walked. */
export function toUnique(values: readonly Value[]): Value[] {
  return withoutRepetitions(values).sort((a, b) => {
    if (!isScalar(a) || !isScalar(b)) return 0
    if (a.kind === 'number' && b.kind === 'number') return Number(a.text) - Number(b.text)
    return Buffer.compare(Buffer.from(a.text), Buffer.from(b.text))
  })
}

/** Each value once, the first of those that are the same. */
export function withoutRepetitions(values: readonly Value[]): Value[] {
  const first = new Map<string, Value>()
  for (const value of values) {
    const key = toKey(value)
    if (!first.has(key)) first.set(key, value)
  }
  return [...first.values()]
}

function isNumber(text: string): boolean {
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)
}

function toBool(value: Scalar): Value | undefined {
  if (value.kind === 'number') return undefined
  if (value.text === 'true' || value.text === '1') return { kind: 'bool', text: 'true' }
  if (value.text === 'false' || value.text === '0') return { kind: 'bool', text: 'false' }
  return undefined
}
