/** Functions on lists and objects. */

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
import { convert, withoutRepetitions } from '../../variable-type.ts'
import { entriesOf } from '../operators.ts'
import { type Arguments, type FunctionEntry, MANY, picks, takes } from './arguments.ts'

const toList = (items: readonly Value[]): ListValue => ({ kind: 'list', items })
const toObject = (members: Iterable<readonly [string, Value]>): ObjectValue => ({
  kind: 'object',
  members: new Map(members),
})
const isEmpty = (value: Value): boolean => value.kind === 'null' || (value.kind === 'string' && value.text === '')
const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

export const COLLECTION_FUNCTIONS: Readonly<Record<string, FunctionEntry>> = {
  length: picks(1, 1, (args) => {
    const value = args.value(0)
    if (value.kind === 'list') return toNumberValue(value.items.length)
    if (value.kind === 'object') return toNumberValue(value.members.size)
    args.take(args.text(0).length / 8)
    return toNumberValue(Array.from(args.text(0)).length)
  }),
  index: takes(2, 2, (args) => {
    const found = args.list(0).items.findIndex((item) => isEqual(item, args.value(1)))
    return found === -1 ? args.fail('there is no such item in the list', 1) : toNumberValue(found)
  }),
  alltrue: takes(1, 1, (args) => toBoolValue(args.bools(0).every((item) => item))),
  anytrue: takes(1, 1, (args) => toBoolValue(args.bools(0).some((item) => item))),
  coalesce: picks(
    1,
    MANY,
    (args) => args.all.find(({ value }) => !isEmpty(value))?.value ?? args.fail('all are null, or empty'),
  ),
  coalescelist: picks(1, MANY, (args) => {
    const lists = args.all.map((_, index) => args.list(index))
    return lists.find(({ items }) => items.length > 0) ?? args.fail('all lists are empty')
  }),
  compact: takes(1, 1, (args) => toList(args.list(0).items.filter((item) => !isEmpty(item)))),
  concat: takes(1, MANY, (args) => toList(args.all.flatMap((_, index) => args.list(index).items))),
  contains: takes(2, 2, (args) => toBoolValue(args.list(0).items.some((item) => isEqual(item, args.value(1))))),
  distinct: takes(1, 1, (args) => toList(withoutRepetitions(args.list(0).items))),
  element: picks(2, 2, (args) => {
    const { items } = args.list(0)
    if (args.whole(1) < 0) return args.fail('the index cannot be negative', 1)
    return items[args.whole(1) % items.length] ?? args.fail('the list is empty')
  }),
  flatten: takes(1, 1, (args) => toList(flatten(args.list(0).items))),
  reverse: takes(1, 1, (args) => toList([...args.list(0).items].reverse())),
  sort: takes(1, 1, (args) => toList(args.texts(0).sort(compare).map(toStringValue))),
  slice: takes(3, 3, (args) => {
    const { items } = args.list(0)
    const [start, end] = [args.whole(1), args.whole(2)]
    if (start < 0 || end < start || end > items.length) return args.fail(`the list has ${items.length} items only`)
    return toList(items.slice(start, end))
  }),
  keys: takes(1, 1, (args) => toList([...args.object(0).members.keys()].sort(compare).map(toStringValue))),
  values: takes(1, 1, (args) => toList(entriesOf(args.object(0), args.origin).map(([, item]) => item))),
  lookup: picks(2, 3, lookUp),
  merge: takes(1, MANY, (args) => {
    const members = args.all.flatMap(({ value }, index) =>
      value.kind === 'null' ? [] : [...args.object(index).members],
    )
    return toObject(members)
  }),
  zipmap: takes(2, 2, (args) => {
    const { items } = args.list(1)
    const names = args.texts(0)
    if (names.length !== items.length) return args.fail(`${names.length} names are for ${items.length} values`)
    return toObject(names.map((name, index) => [name, items[index] ?? NULL] as const))
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
