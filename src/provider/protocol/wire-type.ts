/** Types as Terraform writes them down, in JSON. */

import * as v from 'valibot'
import { recordOf } from '../../util/record.ts'
import type { Attributes, AttributeType, OpenValue } from '../schema.ts'
import { UNKNOWN } from '../schema.ts'

export type WireType =
  | 'string'
  | 'number'
  | 'bool'
  | 'dynamic'
  | readonly ['list' | 'set' | 'map', WireType]
  | readonly ['tuple', readonly WireType[]]
  | readonly ['object', { readonly [name: string]: WireType }]

export const WireTypeSchema: v.GenericSchema<unknown, WireType> = v.lazy(() =>
  v.union([
    v.picklist(['string', 'number', 'bool', 'dynamic']),
    v.tuple([v.picklist(['list', 'set', 'map']), WireTypeSchema]),
    v.tuple([v.literal('tuple'), v.array(WireTypeSchema)]),
    v.tuple([v.literal('object'), recordOf(WireTypeSchema)]),
  ]),
)

export function toWireType(type: AttributeType): WireType {
  if (typeof type === 'string') return type
  if ('list' in type) return ['list', toWireType(type.list)]
  if ('set' in type) return ['set', toWireType(type.set)]
  if ('map' in type) return ['map', toWireType(type.map)]
  return toObjectType(type.object)
}

export const toObjectType = (attributes: Attributes): ['object', { [name: string]: WireType }] => [
  'object',
  Object.fromEntries(Object.entries(attributes).map(([name, { type }]) => [name, toWireType(type)])),
]

/** The type of a value that has no other: as if it were written in a configuration. */
export function typeOf(value: OpenValue): WireType {
  if (value === null || value === UNKNOWN) return 'dynamic'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'number') return 'number'
  if (typeof value === 'boolean') return 'bool'
  if (isList(value)) return ['tuple', value.map(typeOf)]
  return ['object', Object.fromEntries(Object.entries(value).map(([name, part]) => [name, typeOf(part)]))]
}

/** As `Array.isArray`, which does not know lists that cannot be changed. */
export const isList = (value: OpenValue): value is readonly OpenValue[] => Array.isArray(value)

/** @param key a name, or an index */
export function typeOfPart(type: WireType, key: string | number): WireType {
  if (typeof type === 'string') return 'dynamic'
  if (type[0] === 'object') return type[1][key] ?? 'dynamic'
  if (type[0] === 'tuple') return type[1][Number(key)] ?? 'dynamic'
  return type[1]
}
