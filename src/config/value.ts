/** Constants as they stand in files, flags and environment variables, and how one kind becomes another. */

/** A constant with a text. */
export interface Scalar {
  readonly kind: 'string' | 'number' | 'bool'
  readonly text: string
}

/** A constant. Lists and objects are never what is wanted here, so what they hold is not kept. */
export type Value = Scalar | { readonly kind: 'null' | 'list' | 'object' }

/** Whether the value is a string, number or bool. */
export function isScalar(value: Value): value is Scalar {
  return 'text' in value
}

/** What a template says about a variable's type; `any` takes everything, `other` is some list, set, map or object. */
export type VariableType = 'string' | 'number' | 'bool' | 'any' | 'other'

const NAMES = {
  string: 'a string',
  number: 'a number',
  bool: 'a bool',
  null: 'null',
  list: 'a list',
  object: 'an object',
} as const satisfies Record<Value['kind'], string>

/** `a list`, `null`, ...: for error messages. */
export function formatKind(kind: Value['kind']): string {
  return NAMES[kind]
}

/** The type of a variable that has a default and no `type`, as Packer infers it. */
export function typeOf(value: Value): VariableType {
  if (isScalar(value)) return value.kind
  return value.kind === 'null' ? 'any' : 'other'
}

/**
 * The value as the type wants it, with Packer's conversions: numbers and bools become strings, strings that look like
 * a number or a bool become one. Undefined when there is no such conversion. null fits every type.
 */
export function convert(value: Value, type: VariableType): Value | undefined {
  if (value.kind === 'null' || type === 'any') return value
  if (!isScalar(value)) return type === 'other' ? value : undefined
  switch (type) {
    case 'string':
      return { kind: 'string', text: value.text }
    case 'number':
      return value.kind !== 'bool' && isNumber(value.text) ? { kind: 'number', text: value.text } : undefined
    case 'bool':
      return toBool(value)
    default:
      return undefined
  }
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
