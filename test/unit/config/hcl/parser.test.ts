import { describe, expect, it } from 'vitest'
import { evaluate } from '../../../../src/config/hcl/evaluate.ts'
import { loadHclParser } from '../../../../src/config/hcl/parser.ts'

describe('loadHclParser', () => {
  it('leaves the global object as it was, and works on', async () => {
    const before = Object.getOwnPropertyNames(globalThis)
    const parser = await loadHclParser()
    expect(Object.getOwnPropertyNames(globalThis)).toEqual(before)
    expect(await parser.findMistakes('a = 1\n')).toEqual([])
    expect(await parser.findMistakes('a = \n')).toHaveLength(1)
    expect(await parser.toJson('[1, "x"]')).toEqual([1, 'x'])
    expect(await parser.toAst('var.x')).toMatchObject({ type: 'scopeTraversal' })
    expect(Object.getOwnPropertyNames(globalThis)).toEqual(before)
  })

  it('is loaded once', () => {
    expect(loadHclParser()).toBe(loadHclParser())
  })
})

describe('evaluate', () => {
  it.each([
    ['[\n  1\n]', { value: { kind: 'list' } }],
    [`"\${null}"`, { value: { kind: 'null' } }],
    [`"x\${ upper(var.a) }"`, { obstacle: { kind: 'function', text: 'upper', line: 1, column: 6 } }],
    ['(\n  var.a\n)', { obstacle: { kind: 'variable', text: 'var.a', line: 2, column: 3 } }],
    ['"%{ if true }a%{ endif }"', { obstacle: { kind: 'calculation', line: 1, column: 1 } }],
  ])('tells what %j comes to', async (expression, evaluation) => {
    expect(await evaluate(await loadHclParser(), expression)).toMatchObject(evaluation)
  })
})
