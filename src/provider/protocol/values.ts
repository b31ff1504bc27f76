/** Values as they go over the wire (MessagePack) and as they are stored (JSON). */

import { isDeepStrictEqual } from 'node:util'
import { DecodeError, decode, ExtData, encode } from '@msgpack/msgpack'
import * as v from 'valibot'
import { recordOf } from '../../util/record.ts'
import { DiagnosticsError, type Path } from '../definition.ts'
import { type Attributes, type Open, type OpenValue, type State, UNKNOWN } from '../schema.ts'
import { Message, type Received } from './message.ts'
import { isList, toWireType, typeOf, typeOfPart, type WireType, WireTypeSchema } from './wire-type.ts'

/** The values of all attributes. */
export type OpenObject = Open<Attributes>
type StateObject = State<Attributes>

/** The number of the field that has them. */
const MSGPACK = 1

/** What Terraform sends for an unknown value. It may say more about one, as another extension; that is not looked at. */
const WIRE_UNKNOWN = new ExtData(0, new Uint8Array(1))

/**
 * The types that dynamic attributes were received with, which their values do not tell: of a null or unknown value, and whether it
 * is a map or an object. What goes back with the same value has to have the same type.
 */
const received = new WeakMap<OpenObject, Readonly<Record<string, WireType>>>()

/**
 * The values in a message of the protocol's; null when there are none: what does not exist yet, or no longer.
 * @throws DiagnosticsError when the user wrote what cannot be kept as it is
 * @throws Error when they do not fit
 */
export function readOpen(message: Received, attributes: Attributes): OpenObject | null {
  return toObject(unpack(message.bytes(MSGPACK)), attributes)
}

function unpack(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, { useBigInt64: true })
  } catch (error) {
    if (!(error instanceof DecodeError && error.message.includes('__proto__'))) throw error
    const summary = 'no map or object can have the key "__proto__"'
    throw new DiagnosticsError([{ severity: 'error', summary, detail: 'Choose another key.' }], { cause: error })
  }
}

/** The same of a configuration, which is always there. */
export function readConfig(message: Received, attributes: Attributes): OpenObject {
  const config = readOpen(message, attributes)
  if (config === null) throw new TypeError('there is no configuration')
  return config
}

/** The same of what exists, in which nothing is open. */
export function readState(message: Received, attributes: Attributes): StateObject | null {
  return toState(readOpen(message, attributes))
}

/** The same of an object that was stored, as JSON. What it does not have is null. */
export function readStored(stored: unknown, attributes: Attributes): StateObject | null {
  return toState(toObject(stored, attributes))
}

function toState(object: OpenObject | null): StateObject | null {
  if (object === null || isState(object)) return object
  throw new TypeError('a state has a value that is not known')
}

const isState = (object: OpenObject): object is StateObject => Object.values(object).every(isKnown)

const isKnown = (value: OpenValue): boolean =>
  typeof value === 'object' && value !== null ? Object.values(value).every(isKnown) : value !== UNKNOWN

/** @param like what was received in the same call: dynamic attributes with the same value get the type that they have there */
export function toDynamicValue(
  value: OpenObject | null,
  attributes: Attributes,
  ...like: readonly (OpenObject | null)[]
): Message {
  if (value === null) return new Message().bytes(MSGPACK, encode(null))
  const entries = Object.entries(attributes).map(([name, { type }]) => {
    const part = value[name] ?? null
    if (type !== 'dynamic') return [name, toWire(part, toWireType(type))]
    const same = like.find((other) => isDeepStrictEqual(other?.[name], part)) ?? null
    const known = same === null ? undefined : received.get(same)?.[name]
    return [name, withItsType(part, known ?? typeOf(part))]
  })
  return new Message().bytes(MSGPACK, encode(Object.fromEntries(entries)))
}

function toObject(raw: unknown, attributes: Attributes): OpenObject | null {
  if (raw === null) return null
  const parts = v.parse(Parts, raw)
  const entries = Object.entries(attributes).map(([name, { type }]): [string, OpenValue, WireType] => {
    const part = parts[name] ?? null
    if (type !== 'dynamic') return [name, fromWire(part, toWireType(type), [name]), 'dynamic']
    const [value, known] = withoutItsType(part)
    return [name, fromWire(value, known, [name]), known]
  })
  const object = Object.fromEntries(entries)
  received.set(object, Object.fromEntries(entries.map(([name, , known]) => [name, known])))
  return object
}

const Parts = recordOf(v.unknown())

const Numeric = v.pipe(v.union([v.number(), v.bigint(), v.string()]), v.transform(Number))

/** @throws DiagnosticsError when it would become another one */
function toNumber(raw: unknown, path: Path): number {
  const value = v.parse(Numeric, raw)
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value
  const detail = `Numbers go up to ${Number.MAX_SAFE_INTEGER} here. What is no quantity can be written as a text, in quotes.`
  throw new DiagnosticsError([{ severity: 'error', summary: 'the number is too large', detail, path }])
}

/** @param path where it is */
function fromWire(raw: unknown, type: WireType, path: Path): OpenValue {
  if (raw === null) return null
  if (raw instanceof ExtData) return UNKNOWN
  if (type === 'string') return v.parse(v.string(), raw)
  if (type === 'number') return toNumber(raw, path)
  if (type === 'bool') return v.parse(v.boolean(), raw)
  if (type === 'dynamic') {
    const [value, known] = withoutItsType(raw)
    return fromWire(value, known, path)
  }
  if (type[0] === 'object' || type[0] === 'map') {
    const parts = v.parse(Parts, raw)
    const names = Object.keys(type[0] === 'object' ? type[1] : parts)
    return Object.fromEntries(
      names.map((name) => [name, fromWire(parts[name] ?? null, typeOfPart(type, name), [...path, name])]),
    )
  }
  // Terraform knows what is in a set by its value, not by an index.
  return v
    .parse(v.array(v.unknown()), raw)
    .map((part, index) => fromWire(part, typeOfPart(type, index), type[0] === 'set' ? path : [...path, index]))
}

function toWire(value: OpenValue, type: WireType): unknown {
  if (type === 'dynamic') return withItsType(value, typeOf(value))
  if (value === UNKNOWN) return WIRE_UNKNOWN
  // A fraction as its digits: a binary one would be another number to Terraform, which has decimal ones.
  if (typeof value === 'number') return Number.isInteger(value) ? value : String(value)
  if (value === null || typeof value !== 'object') return value
  if (isList(value)) return value.map((part, index) => toWire(part, typeOfPart(type, index)))
  const names = type[0] === 'object' ? Object.keys(type[1]) : Object.keys(value)
  return Object.fromEntries(names.map((name) => [name, toWire(value[name] ?? null, typeOfPart(type, name))]))
}

/** What stands for a value whose type is told beside it. */
const withItsType = (value: OpenValue, type: WireType): unknown =>
  type === 'dynamic' ? toWire(value, 'string') : [new TextEncoder().encode(JSON.stringify(type)), toWire(value, type)]

const WithItsType = v.union([
  v.pipe(
    v.tuple([v.instance(Uint8Array), v.unknown()]),
    v.transform(([type, value]) => ({
      type: v.parse(WireTypeSchema, JSON.parse(new TextDecoder().decode(type))),
      value,
    })),
  ),
  v.object({ type: WireTypeSchema, value: v.unknown() }),
])

function withoutItsType(raw: unknown): readonly [unknown, WireType] {
  if (raw === null || raw instanceof ExtData) return [raw, 'dynamic']
  const { type, value } = v.parse(WithItsType, raw)
  return [value, type]
}
