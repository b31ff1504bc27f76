import { describe, expect, test } from 'vitest'
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

  test('may be empty', () => {
    expect(formatTable(['ID', 'ROLE'], [])).toBe('ID  ROLE\n')
  })

  test('holds no colours, whatever the terminal', () => {
    expect(formatTable(['A'], [['b']])).not.toMatch(/\p{Cc}(?<!\n)/u)
  })
})
