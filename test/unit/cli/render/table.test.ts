import { describe, expect, test } from 'vitest'
import { fitTable } from '../../../../src/cli/render/columns.ts'
import { formatTable } from '../../../../src/cli/render/table.ts'

describe('a table', () => {
  test('has aligned columns, no lines, and no space at line ends', () => {
    const rows = [
      ['1', 'control-plane', 'x'],
      ['22222', '-', ''],
    ]
    expect(formatTable(['ID', 'ROLE', 'LAST'], rows)).toBe(
      'ID     ROLE           LAST\n1      control-plane  x\n22222  -\n',
    )
  })

  test('has cells of several lines, and wide characters', () => {
    expect(formatTable(['A', 'B', 'C'], [['1', '漢字\nb', 'x'], ['é'], []])).toBe('A  B     C\n1  漢字  x\n   b\né\n\n')
  })

  test('has as many rows as there are', () => {
    const column = { heading: 'ID', show: (id: number) => String(id) }
    const lines = fitTable(
      [column],
      Array.from({ length: 130_000 }, (_, id) => id),
      5,
    ).split('\n')
    expect([lines.length, lines[0], lines.at(-2)]).toEqual([130_002, 'ID', '129999'])
  })

  test('may be empty', () => {
    expect(formatTable(['ID', 'ROLE'], [])).toBe('ID  ROLE\n')
  })

  test('holds no colours, whatever the terminal', () => {
    expect(formatTable(['A'], [['b']])).not.toMatch(/\p{Cc}(?<!\n)/u)
  })
})
