/** Values as they stand in files, flags and environment variables, and as expressions give them. */

/** A value with a text. */
export interface Scalar {
  readonly kind: 'string' | 'number' | 'bool'
  readonly text: string
}

export interface ListValue {
  readonly kind: 'list'
  readonly items: readonly Value[]
}

/** An object or a map: its members by name, in the order in which they were written. */
export interface ObjectValue {
  readonly kind: 'object'
  readonly members: ReadonlyMap<string, Value>
}

export type Value = Scalar | ListValue | ObjectValue | { readonly kind: 'null' }

export const NULL: Value = { kind: 'null' }

export const toStringValue = (text: string): Scalar => ({ kind: 'string', text })
export const toBoolValue = (value: boolean): Scalar => ({ kind: 'bool', text: String(value) })
/** A number, as Packer writes it: without an exponent as long as that is possible. */
export const toNumberValue = (value: number): Scalar => ({ kind: 'number', text: String(value) })

/** Whether the value is a string, number or bool. */
export function isScalar(value: Value): value is Scalar {
  return 'text' in value
}

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

/** Whether two values are the same, as `==` has it: values of different kinds never are. */
export function isEqual(a: Value, b: Value): boolean {
  if (a.kind === 'list' && b.kind === 'list') {
    return a.items.length === b.items.length && a.items.every((item, index) => isEqual(item, b.items[index] ?? NULL))
  }
  if (a.kind === 'object' && b.kind === 'object') {
    const same = ([name, value]: readonly [string, Value]): boolean => {
      const other = b.members.get(name)
      return other !== undefined && isEqual(value, other)
    }
    return a.members.size === b.members.size && [...a.members].every(same)
  }
  if (a.kind === 'number' && b.kind === 'number') return Number(a.text) === Number(b.text)
  return a.kind === b.kind && (!isScalar(a) || !isScalar(b) || a.text === b.text)
}

/** A text that values have in common when they are the same, as {@link isEqual} has it. */
export function toKey(value: Value): string {
  if (isScalar(value)) return JSON.stringify([value.kind, value.kind === 'number' ? Number(value.text) : value.text])
  if (value.kind === 'null') return 'null'
  if (value.kind === 'list') return `[${value.items.map(toKey).join()}]`
  const members = [...value.members].map(([name, member]) => `${JSON.stringify(name)}:${toKey(member)}`)
  return `{${members.sort().join()}}`
}
