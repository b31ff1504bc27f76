import { describe, expect, test } from 'vitest'
import { EXIT, exitCodeOf, exitCodeOfRun } from '../../../src/cli/exit-codes.ts'
import { type ErrorCode, ProblemsError, TalosImageError } from '../../../src/errors.ts'
import { toResultDocument } from '../../../src/report/result.ts'
import type { BuildResult } from '../../../src/run/result.ts'
import { built, existing, FACTORY, failed, imageAt, result, rolesPlan } from '../report/fixture.ts'

describe('exit codes', () => {
  const bad: readonly ErrorCode[] = ['usage', 'config', 'schematic', 'source', 'token']
  const other: readonly ErrorCode[] = [
    'factory',
    'api',
    'network',
    'stock',
    'limit',
    'ssh',
    'write',
    'verify',
    'timeout',
  ]

  test('tell wrong input from failures', () => {
    for (const code of bad) expect(exitCodeOf(new TalosImageError({ code, message: '' }))).toBe(EXIT.badInput)
    for (const code of other) expect(exitCodeOf(new TalosImageError({ code, message: '' }))).toBe(EXIT.failed)
    expect(exitCodeOf(new ProblemsError([{ code: 'token', message: '' }]))).toBe(EXIT.badInput)
    expect(exitCodeOf(new Error('a defect'))).toBe(EXIT.failed)
    expect(exitCodeOf(undefined)).toBe(EXIT.failed)
  })

  test('of a run: all, some, none, and what is left behind before all', () => {
    const plan = rolesPlan()
    const [good, old, no] = [built(imageAt(plan, 0), 1), existing(imageAt(plan, 1), 2), failed(imageAt(plan, 2))]
    const code = (...outcomes: BuildResult[]) =>
      exitCodeOfRun(outcomes.map((one) => toResultDocument(one, 'v1.12.2', FACTORY)))
    expect(code(result(good, old))).toBe(0)
    expect(code(result(good, no))).toBe(3)
    expect(code(result(old, no))).toBe(3)
    expect(code(result(no, no))).toBe(1)
    expect(code(result(good), result(no))).toBe(3)
    expect(code(result(no), result(no))).toBe(1)
    const leftovers = [{ name: 'a', command: 'b', reason: 'c' }]
    expect(code({ ...result(good), leftovers })).toBe(4)
    expect(code({ ...result(no), leftovers }, result(good))).toBe(4)
  })
})
