/**
 * Tables that fit the terminal: a narrow one does without some columns first, then the last column is folded, then the last
 * ones stand below the others.
 */

import { oneLine } from './event-line.ts'
import { foldHanging, foldWords } from './fold.ts'
import { formatTable } from './table.ts'

export interface Column<Item> {
  readonly heading: string
  readonly show: (item: Item) => string
  /** A narrow terminal does without it, the highest number first: what it says can be seen elsewhere, too. */
  readonly spare?: number
}

/** A last column that would be narrower stands below the others. */
const NARROWEST = 16
const INDENT = '    '

/**
 * One row an item, none wider than asked if that can be.
 * @param width infinite when that is not known, which shows everything in one line
 */
export function fitTable<Item>(given: readonly Column<Item>[], items: readonly Item[], width: number): string {
  const columns = given.map((column) => ({ ...column, show: (item: Item) => oneLine(column.show(item)) }))
  const spare = columns.flatMap((column) => column.spare ?? []).toSorted((a, b) => b - a)
  for (const limit of [Number.POSITIVE_INFINITY, ...spare]) {
    const table = format(
      columns.filter((column) => (column.spare ?? 0) < limit),
      items,
    )
    if (widthOf(table) <= width) return table
  }
  return foldLast(
    columns.filter((column) => column.spare === undefined),
    items,
    width,
  )
}

function foldLast<Item>(columns: readonly Column<Item>[], items: readonly Item[], width: number): string {
  const last = columns.at(-1)
  const others = columns.slice(0, -1)
  if (last === undefined || others.length === 0) return format(columns, items)
  const room = width - widthOf(format(others, items)) - 2
  if (room >= NARROWEST) {
    const folded = { ...last, show: (item: Item) => foldWords(last.show(item), room).join('\n') }
    return format([...others, folded], items)
  }
  // Those that do not fit beside the others stand below them.
  const count =
    others.findLastIndex((_, index) => widthOf(format(columns.slice(0, index + 1), items)) <= width) + 1 || 1
  const [headings, ...rows] = format(columns.slice(0, count), items).trimEnd().split('\n')
  const rest = columns.slice(count)
  const below = (item: Item): string[] =>
    rest.flatMap(({ heading, show }) => {
      const name = rest.length > 1 ? `${heading.toLowerCase()} ` : ''
      return foldHanging(INDENT + name + show(item), width, `${INDENT}  `).split('\n')
    })
  return `${[headings, ...items.flatMap((item, index) => [rows[index] ?? '', ...below(item)])].join('\n')}\n`
}

function format<Item>(columns: readonly Column<Item>[], items: readonly Item[]): string {
  return formatTable(
    columns.map(({ heading }) => heading),
    items.map((item) => columns.map(({ show }) => show(item))),
  )
}

const widthOf = (table: string): number => table.split('\n').reduce((most, line) => Math.max(most, line.length), 0)
