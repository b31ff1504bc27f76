import { describe, expect, it } from 'vitest'
import { type HclItem, scanHcl } from '../../../../src/config/hcl/scan.ts'

/** `name = expression`, and blocks as `type labels`, with what they hold. */
function outline(items: readonly HclItem[]): unknown[] {
  return items.map((item) =>
    item.kind === 'argument'
      ? `${item.name} = ${item.expression}`
      : { [[item.type, ...item.labels].join(' ')]: outline(item.items) },
  )
}

describe('scanHcl', () => {
  it.each([
    ['', []],
    ['a=1', ['a = 1']],
    ['a = 1 # b = 2\nc = 3 // d\n/* e = 4 */ f = 5 /* g */\n', ['a = 1', 'c = 3', 'f = 5']],
    [`a = "} # \\" \${ "}" } $\${" \nb = 1`, [`a = "} # \\" \${ "}" } $\${"`, 'b = 1']],
    ['a = [\n  1, # ]\n  { b = 2 }\n]\nc = 3', ['a = [\n  1, # ]\n  { b = 2 }\n]', 'c = 3']],
    ['a = <<EOT\nb = 1\n}\n  EOT\nc = 2', ['a = <<EOT\nb = 1\n}\n  EOT', 'c = 2']],
    ['a = f(<<-E\n"\nE\n)\nb = 1 << 2', ['a = f(<<-E\n"\nE\n)', 'b = 1 << 2']],
    [
      'a "b" c {\n  d = 1\n  e { f = 2 }\n}\ng { }\nh = 1',
      [{ 'a b c': ['d = 1', { e: ['f = 2'] }] }, { g: [] }, 'h = 1'],
    ],
    ['a-b = c == d ? {} : { e = "f" }\r\ng = 1\r\n', ['a-b = c == d ? {} : { e = "f" }', 'g = 1']],
  ])('outlines %j', (text, expected) => {
    expect(outline(scanHcl(text))).toEqual(expected)
  })

  it('tells offsets', () => {
    const [block] = scanHcl('\nx {\n  y =  "z"\n}\n')
    expect(block).toMatchObject({ offset: 1, items: [{ offset: 7, expressionOffset: 12 }] })
  })
})
