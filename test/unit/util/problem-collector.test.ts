import { describe, expect, test } from 'vitest'
import { ProblemsError, TalosImageError } from '../../../src/errors.ts'
import { ProblemCollector } from '../../../src/util/problem-collector.ts'

describe('collecting problems', () => {
  const problem = { code: 'config', message: 'wrong', at: { kind: 'env', name: 'A' } } as const

  test('says each once, and those of different places each', () => {
    const problems = new ProblemCollector()
    problems.add(problem, { ...problem }, undefined, { ...problem, at: { kind: 'env', name: 'B' } })
    const caught = (): unknown => {
      try {
        problems.throw()
        return undefined
      } catch (error) {
        return error
      }
    }
    expect(caught()).toMatchObject({ problems: [{ at: { name: 'A' } }, { at: { name: 'B' } }] })
  })

  test('keeps what users can act on, and lets the rest through', async () => {
    const problems = new ProblemCollector()
    problems.throw()
    expect(await problems.attempt(async () => 5)).toBe(5)
    expect(await problems.attempt(() => Promise.reject(new ProblemsError([problem])))).toBeUndefined()
    const defect = new TypeError('x is undefined')
    await expect(problems.attempt(() => Promise.reject(defect))).rejects.toBe(defect)
    const stop = new TalosImageError({ code: 'interrupted', message: 'interrupted' })
    await expect(problems.attempt(() => Promise.reject(stop))).rejects.toBe(stop)
    expect(() => problems.throw()).toThrow('wrong')
  })
})
