import { expect, test } from 'vitest'
import { type Column, fitTable } from '../../../../src/cli/render/columns.ts'

type Item = Readonly<Record<'id' | 'size' | 'made' | 'why', string>>

const COLUMNS: readonly Column<Item>[] = [
  { heading: 'ID', show: ({ id }) => id },
  { heading: 'SIZE', show: ({ size }) => size, spare: 2 },
  { heading: 'MADE', show: ({ made }) => made, spare: 1 },
  { heading: 'WHY', show: ({ why }) => why },
]
const ITEMS: readonly Item[] = [
  { id: '1', size: '1 GB', made: 'today', why: 'the newest of them all' },
  { id: '22', size: '2 GB', made: 'then', why: 'in use' },
]
const at = (width: number): string => fitTable(COLUMNS, ITEMS, width)

test('a table that fits has all columns', () => {
  const whole = `ID  SIZE  MADE   WHY
1   1 GB  today  the newest of them all
22  2 GB  then   in use
`
  expect(at(Number.POSITIVE_INFINITY)).toBe(whole)
  expect(at(39)).toBe(whole)
})

test('a narrower one does without some, one after the other', () => {
  expect(at(38).split('\n')[0]).toBe('ID  MADE   WHY')
  expect(at(33).split('\n')[0]).toBe('ID  MADE   WHY')
  expect(at(32)).toBe('ID  WHY\n1   the newest of them all\n22  in use\n')
})

test('then the last column is folded, or stands below where there is no room for it', () => {
  expect(at(22)).toBe('ID  WHY\n1   the newest of them\n    all\n22  in use\n')
  expect(at(16)).toBe('ID\n1\n    the newest\n      of them\n      all\n22\n    in use\n')
})

test('several stand below, with their names, where even the others are too wide', () => {
  const wide = COLUMNS.map(({ heading, show }) => ({ heading, show }))
  expect(fitTable(wide, ITEMS, 12)).toBe(
    'ID  SIZE\n1   1 GB\n    made\n      today\n    why the\n      newest\n      of\n      them\n      all\n22  2 GB\n    made\n      then\n    why in\n      use\n',
  )
})

test('one without rows or with one column stays as it is', () => {
  expect(fitTable(COLUMNS, [], 5)).toBe('ID\n')
  expect(fitTable(COLUMNS.slice(0, 1), ITEMS, 1)).toBe('ID\n1\n22\n')
})
