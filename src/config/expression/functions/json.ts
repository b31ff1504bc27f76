/** Values as JSON. */

import { NULL, toBoolValue, toNumberValue, toStringValue, type Value } from '../../value.ts'
import { type FunctionEntry, takes } from './arguments.ts'

/** The value as `JSON.stringify` takes it, the names of objects in order, as Packer has them. */
export function toJson(value: Value): unknown {
  switch (value.kind) {
    case 'null':
      return null
    case 'list':
      return value.items.map(toJson)
    case 'object':
      return Object.fromEntries([...value.members].sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, toJson(v)]))
    case 'number':
      return Number(value.text)
    case 'bool':
      return value.text === 'true'
    default:
      return value.text
  }
}

/** The value of parsed JSON. */
export function fromJson(json: unknown): Value {
  if (typeof json === 'string') return toStringValue(json)
  if (typeof json === 'number') return toNumberValue(json)
  if (typeof json === 'boolean') return toBoolValue(json)
  if (Array.isArray(json)) return { kind: 'list', items: json.map(fromJson) }
  if (typeof json !== 'object' || json === null) return NULL
  return { kind: 'object', members: new Map(Object.entries(json).map(([name, item]) => [name, fromJson(item)])) }
}

export const JSON_FUNCTIONS: Readonly<Record<string, FunctionEntry>> = {
  jsonencode: takes(1, 1, (args) => toStringValue(JSON.stringify(toJson(args.value(0))))),
  jsondecode: takes(1, 1, (args) => {
    args.take(args.text(0).length * 8)
    let json: unknown
    try {
      json = JSON.parse(args.text(0))
    } catch {
      return args.fail('this is not JSON', 0)
    }
    return fromJson(json)
  }),
}
