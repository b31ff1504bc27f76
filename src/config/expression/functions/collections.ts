/** Functions on lists, objects and numbers. */

import {
  isEqual,
  type ListValue,
  NULL,
  type ObjectValue,
  toBoolValue,
  toNumberValue,
  toStringValue,
  type Value,
} from '../../value.ts'
import { convert } from '../../variable-type.ts'
import { entriesOf } from '../operators.ts'
import { type Arguments, type FunctionEntry, takes } from './arguments.ts'

const MANY = Number.POSITIVE_INFINITY
const toList = (items: readonly Value[]): ListValue => ({ kind: 'list', items })
const toObject = (members: Iterable<readonly [string, Value]>): ObjectValue => ({
  kind: 'object',
  members: new Map(members),
})
const ofNumber = (change: (number: number) => number): FunctionEntry =>
  takes(1, 1, (args) => toNumberValue(change(args.number(0))))
const ofNumbers = (choose: (...numbers: number[]) => number): FunctionEntry =>
  takes(1, MANY, (args) => toNumberValue(choose(...args.all.map((_, index) => args.number(index)))))
const isEmpty = (value: Value): boolean => value.kind === 'null' || (value.kind === 'string' && value.text === '')
const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

export const COLLECTION_FUNCTIONS: Readonly<Record<string, FunctionEntry>> = {
  length: takes(1, 1, (args) => {
    const value = args.value(0)
    if (value.kind === 'list') return toNumberValue(value.items.length)
    if (value.kind === 'object') return toNumberValue(value.members.size)
    return toNumberValue([...args.text(0)].length)
  }),
  // A text that is empty counts; null does not.
  coalesce: takes(
    1,
    MANY,
    (args) => args.all.find(({ value }) => value.kind !== 'null')?.value ?? args.fail('all are null'),
  ),
  coalescelist: takes(1, MANY, (args) => {
    const lists = args.all.map((_, index) => args.list(index))
    return lists.find(({ items }) => items.length > 0) ?? args.fail('all lists are empty')
  }),
  compact: takes(1, 1, (args) => toList(args.list(0).items.filter((item) => !isEmpty(item)))),
  concat: takes(1, MANY, (args) => toList(args.all.flatMap((_, index) => args.list(index).items))),
  contains: takes(2, 2, (args) => toBoolValue(args.list(0).items.some((item) => isEqual(item, args.value(1))))),
  distinct: takes(1, 1, (args) => {
    const { items } = args.list(0)
    return toList(items.filter((item, index) => items.findIndex((other) => isEqual(item, other)) === index))
  }),
  element: takes(2, 2, (args) => {
    const { items } = args.list(0)
    return items[args.number(1) % items.length] ?? args.fail('the list is empty')
  }),
  flatten: takes(1, 1, (args) => toList(flatten(args.list(0).items))),
  reverse: takes(1, 1, (args) => toList([...args.list(0).items].reverse())),
  sort: takes(1, 1, (args) => toList(args.texts(0).sort(compare).map(toStringValue))),
  slice: takes(3, 3, (args) => toList(args.list(0).items.slice(args.number(1), args.number(2)))),
  keys: takes(1, 1, (args) => toList([...args.object(0).members.keys()].sort(compare).map(toStringValue))),
  values: takes(1, 1, (args) => toList(entriesOf(args.object(0), args.origin).map(([, item]) => item))),
  lookup: takes(2, 3, lookUp),
  merge: takes(1, MANY, (args) => {
    const members = args.all.flatMap(({ value }, index) =>
      value.kind === 'null' ? [] : [...args.object(index).members],
    )
    return toObject(members)
  }),
  zipmap: takes(2, 2, (args) => {
    const { items } = args.list(1)
    return toObject(args.texts(0).map((name, index) => [name, items[index] ?? NULL] as const))
  }),
  abs: ofNumber(Math.abs),
  ceil: ofNumber(Math.ceil),
  floor: ofNumber(Math.floor),
  max: ofNumbers(Math.max),
  min: ofNumbers(Math.min),
  parseint: takes(2, 2, (args) => {
    const number = Number.parseInt(args.text(0), args.number(1))
    return Number.isNaN(number) ? args.fail('this is not a number', 0) : toNumberValue(number)
  }),
}

function flatten(items: readonly Value[]): Value[] {
  return items.flatMap((item) => (item.kind === 'list' ? flatten(item.items) : [item]))
}

function lookUp(args: Arguments): Value {
  const key = args.text(1)
  const found = args.object(0).members.get(key)
  if (found !== undefined) return found
  if (args.count === 2) return args.fail(`there is no "${key}" in this object`)
  const [first] = args.object(0).members.values()
  // All values of a map have one type.
  return (first?.kind === 'string' ? convert(args.value(2), 'string') : undefined) ?? args.value(2)
}
