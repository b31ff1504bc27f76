import { describe, expect, it } from 'vitest'
import { JsonMistake, type JsonNode, parseJson } from '../../../../src/config/json/parse.ts'

const VALID = [
  '{}',
  ' [ ] ',
  'null',
  '-0.5e+3',
  '{"a": [1, 2.50, "x", true, false, null], "b": {"c": {}}}',
  '"\\u00e9\\n\\"\\\\\\/ é 😀"',
  '\t{\r\n"a"\n:\n1}\n',
  `["${'a'.repeat(9_000_000)}"]`,
  `["${'\\\\'.repeat(2_000_000)}"]`,
]

const INVALID: readonly [string, number][] = [
  ['', 0],
  ['{', 1],
  ['{"a": 1,}', 7],
  ['[1,]', 2],
  ['[1 2]', 3],
  ['{"a" 1}', 5],
  ['{"a": }', 6],
  ['{a: 1}', 1],
  ["{'a': 1}", 1],
  ['{"a": 01}', 7],
  ['{"a": "x}', 6],
  ['{"a": "\\q"}', 6],
  ['{"a": "\t"}', 6],
  ['{"a": nul}', 6],
  ['{} x', 3],
  ['// c\n{}', 0],
  ['\uFEFF{}', 0],
]

function toPlain(node: JsonNode): unknown {
  switch (node.kind) {
    case 'list':
      return node.items.map(toPlain)
    case 'object':
      return Object.fromEntries(node.members.map(({ name, value }) => [name, toPlain(value)]))
    case 'string':
      return node.text
    case 'null':
      return null
    default:
      return node.kind === 'bool' ? node.text === 'true' : Number(node.text)
  }
}

describe('parseJson', () => {
  it.each(VALID)('reads %j like JSON.parse', (text) => {
    expect(toPlain(parseJson(text))).toEqual(JSON.parse(text))
  })

  it.each(INVALID)('refuses %j like JSON.parse, and says where', (text, offset) => {
    expect(() => JSON.parse(text)).toThrow(SyntaxError)
    expect(() => parseJson(text)).toThrow(JsonMistake)
    expect(() => parseJson(text)).toThrow(expect.objectContaining({ offset }))
  })

  it('keeps names that repeat, and tells where names and values stand', () => {
    expect(parseJson('{"a": 1, "a": 2}')).toMatchObject({
      members: [
        { name: 'a', offset: 1, value: { offset: 6, text: '1' } },
        { name: 'a', offset: 9, value: { offset: 14, text: '2' } },
      ],
    })
  })
})
