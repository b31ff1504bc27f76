import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { printResult, withProblems } from '../../../src/cli/command-result.ts'
import { TalosImageError } from '../../../src/errors.ts'
import { doEach } from '../../../src/util/problem-collector.ts'
import { testIo } from './fixture.ts'

const PROBLEM = { code: 'api', message: 'no more' } as const
const INPUT = { code: 'usage', message: 'not that' } as const

describe('a result', () => {
  const document = { deleted: [1], missing: undefined, no: 'no', time: '2026-01-02T03:04:05Z', version: '1.10' }
  const result = { document, text: (width: number) => `${width}\n`, problems: [PROBLEM] }

  test.each([
    ['text', (printed: string) => printed, 'Infinity\n'],
    [undefined, (printed: string) => printed, 'Infinity\n'],
    ['json', JSON.parse, JSON.parse(JSON.stringify(document))],
    ['yaml', parse, JSON.parse(JSON.stringify(document))],
    ['yaml', (printed: string) => parse(printed, { version: '1.1' }), JSON.parse(JSON.stringify(document))],
  ])('is printed as %s', async (form, read, expected) => {
    const io = testIo()
    expect(await printResult(io, form, result)).toBe(1)
    expect(read(io.results.join(''))).toEqual(expected)
    expect(io.errors.join('')).toBe('error: no more\n')
  })

  test('without a document is its text, in any form', async () => {
    const io = testIo()
    expect(await printResult(io, 'json', { text: 'a script\n' })).toBe(0)
    expect(io.results).toEqual(['a script\n'])
  })

  test('has the exit code of its problems, or its own', async () => {
    expect(await printResult(testIo(), 'text', { text: '', problems: [INPUT] })).toBe(2)
    expect(await printResult(testIo(), 'text', { text: '', problems: [INPUT], exitCode: 4 })).toBe(4)
    expect(await printResult(testIo(), 'text', { text: '', finish: async () => 3 })).toBe(3)
  })
})

describe('one after the other', () => {
  const fail = (code: 'api' | 'interrupted') => async (one: number) => {
    if (one === 2) throw new TalosImageError({ code, message: 'no more' })
  }

  test('ends with the first failure, and says what was done by then', async () => {
    const { done, problems } = await doEach([1, 2, 3], fail('api'))
    expect(withProblems({ done }, problems)).toMatchObject({ done: [1], error: { problems: [PROBLEM] } })
  })

  test('goes on where it is to, but not when it was interrupted', async () => {
    expect((await doEach([1, 2, 3], fail('api'), { goOn: true })).done).toEqual([1, 3])
    expect((await doEach([1, 2, 3], fail('interrupted'), { goOn: true })).done).toEqual([1])
  })
})
