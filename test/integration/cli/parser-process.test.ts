import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { startParserProcess } from '../../../src/cli/parser-process.ts'

const MODULE = createRequire(import.meta.url).resolve('@cdktn/hcl2json')

describe('the HCL parser in a process of its own', () => {
  test('answers several at once, each with its own', async () => {
    const { parse, getExpressionAst } = startParserProcess(MODULE)
    const answers = await Promise.all([parse('a', 'x = 1'), getExpressionAst('b', '1 + 2\n'), parse('c', 'y = "z"')])
    expect(answers).toEqual([
      expect.objectContaining({ x: 1 }),
      expect.objectContaining({ type: expect.any(String) }),
      expect.objectContaining({ y: 'z' }),
    ])
  })

  test('says what is wrong, as it does here', async () => {
    await expect(startParserProcess(MODULE).parse('a', 'x = {')).rejects.toThrow(/a:1,/)
    await expect(startParserProcess(MODULE).parse('a', `x = ${'['.repeat(50_000)}`)).rejects.toThrow()
  })

  test('is there again after it has ended for want of work', async () => {
    const { parse } = startParserProcess(MODULE, 1)
    expect(await parse('a', 'x = 1')).toMatchObject({ x: 1 })
    // One turn of the timers, in which it is given up.
    await sleep(5)
    expect(await parse('a', 'x = 2')).toMatchObject({ x: 2 })
  })

  test('is an error where it cannot be had', async () => {
    await expect(startParserProcess('/no/such/module').parse('a', 'x = 1')).rejects.toThrow('the HCL parser ended')
  })
})
