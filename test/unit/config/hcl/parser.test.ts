import { describe, expect, it } from 'vitest'
import { loadHclParser } from '../../../../src/config/hcl/parser.ts'

describe('loadHclParser', () => {
  it('leaves the global object as it was, and works on', async () => {
    const before = Object.getOwnPropertyNames(globalThis)
    const parser = await loadHclParser()
    expect(Object.getOwnPropertyNames(globalThis)).toEqual(before)
    expect(await parser.findSyntaxProblems({ name: 'a.hcl', text: 'a = 1\n' })).toEqual([])
    expect(await parser.findSyntaxProblems({ name: 'a.hcl', text: 'a = \n' })).toHaveLength(1)
    expect(await parser.toAst('var.x')).toMatchObject({ type: 'scopeTraversal' })
    expect(Object.getOwnPropertyNames(globalThis)).toEqual(before)
  })

  it('is loaded once', () => {
    expect(loadHclParser()).toBe(loadHclParser())
  })
})
