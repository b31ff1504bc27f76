/** Functions on sets, and those that make many of a few. Sets are lists here, in the order in which sets are walked. */

import { type ListValue, toKey, toNumberValue, type Value } from '../../value.ts'
import { toUnique } from '../../variable-type.ts'
import { type Arguments, type FunctionEntry, MANY, takes } from './arguments.ts'

/** Packer makes no longer ranges. */
const LONGEST_RANGE = 1024

const toList = (items: readonly Value[]): ListValue => ({ kind: 'list', items })
const lists = (args: Arguments): (readonly Value[])[] => args.all.map((_, index) => args.list(index).items)

export const SET_FUNCTIONS: Readonly<Record<string, FunctionEntry>> = {
  setunion: takes(1, MANY, (args) => toList(toUnique(lists(args).flat()))),
  setintersection: takes(1, MANY, (args) => {
    const [first = [], ...others] = lists(args)
    const keys = others.map((other) => new Set(other.map(toKey)))
    return toList(toUnique(first.filter((item) => keys.every((other) => other.has(toKey(item))))))
  }),
  setproduct: takes(2, MANY, (args) => {
    const count = lists(args).reduce((product, { length }) => product * length, 1)
    // Each row is a list of its own.
    args.take(count * 64 * args.count)
    const rows = lists(args).reduce<readonly (readonly Value[])[]>(
      (before, items) => before.flatMap((row) => items.map((item) => [...row, item])),
      [[]],
    )
    return toList(rows.map(toList))
  }),
  chunklist: takes(2, 2, (args) => {
    const { items } = args.list(0)
    const size = args.whole(1)
    if (size < 0) return args.fail('the size of a chunk cannot be negative', 1)
    const step = size === 0 ? Math.max(items.length, 1) : size
    const count = Math.ceil(items.length / step)
    return toList(Array.from({ length: count }, (_, index) => toList(items.slice(index * step, (index + 1) * step))))
  }),
  range: takes(1, 3, range),
}

/** `range(end)`, `range(start, end)`, `range(start, end, step)` */
function range(args: Arguments): Value {
  const numbers = args.all.map((_, index) => args.number(index))
  const [start = 0, end = 0] = numbers.length === 1 ? [0, ...numbers] : numbers
  const step = numbers[2] ?? (end < start ? -1 : 1)
  if (step === 0) return args.fail('the step cannot be zero', 2)
  if (end !== start && end < start !== step < 0) return args.fail('this step leads away from the end', 2)
  const count = Math.ceil((end - start) / step)
  if (count > LONGEST_RANGE) return args.fail(`a range has at most ${LONGEST_RANGE} numbers`)
  return toList(Array.from({ length: count }, (_, index) => toNumberValue(start + index * step)))
}
