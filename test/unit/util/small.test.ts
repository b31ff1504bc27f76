import { describe, expect, test } from 'vitest'
import { ProblemsError, TalosImageError } from '../../../src/errors.ts'
import { systemClock } from '../../../src/util/clock.ts'
import { fetchFailureReason } from '../../../src/util/fetch-failure.ts'
import { ProblemCollector } from '../../../src/util/problem-collector.ts'
import { redact, registerSecret } from '../../../src/util/redact.ts'

describe('redact', () => {
  test('replaces every registered secret, wherever it stands', () => {
    registerSecret('s3cret-token-of-a-project')
    expect(redact('a s3cret-token-of-a-project, "s3cret-token-of-a-project"')).toBe('a [redacted], "[redacted]"')
  })

  test('leaves nothing of a secret that begins with another one', () => {
    registerSecret('overlap-short')
    registerSecret('overlap-short-and-long')
    expect(redact('overlap-short-and-long overlap-short')).toBe('[redacted] [redacted]')
  })

  test('takes secrets literally', () => {
    registerSecret('a.*b$&[c]')
    expect(redact('a.*b$&[c] aXXb$&c')).toBe('[redacted] aXXb$&c')
  })

  test('does not know what is too short', () => {
    registerSecret('short')
    expect(redact('in short')).toBe('in short')
  })

  test('replaces bearer tokens and private keys that nobody registered', () => {
    expect(redact('authorization: Bearer abc.DEF-1~2+/=, next')).toBe('authorization: Bearer [redacted], next')
    const pem = '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\nBBBB\n-----END OPENSSH PRIVATE KEY-----'
    expect(redact(`before ${pem} between ${pem} after`)).toBe('before [redacted] between [redacted] after')
    expect(redact(JSON.stringify({ pem }))).toBe('{"pem":"[redacted]"}')
  })

  test('leaves other text alone', () => {
    const text = 'Talos Linux v1.13.9 ARM by hcloud-talos'
    expect(redact(text)).toBe(text)
  })
})

describe('the system clock', () => {
  test('wakes up', async () => {
    const before = Date.now()
    expect(systemClock.now()).toBeGreaterThanOrEqual(before)
    expect(await systemClock.sleep(0)).toBeUndefined()
  })

  test("ends a sleep with the signal's own reason", async () => {
    const stop = new AbortController()
    const reason = new TalosImageError({ code: 'interrupted', message: 'interrupted' })
    const asleep = systemClock.sleep(60_000, stop.signal)
    stop.abort(reason)
    await expect(asleep).rejects.toBe(reason)
    await expect(systemClock.sleep(60_000, stop.signal)).rejects.toBe(reason)
  })
})

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

test('the reason of a failed fetch is the one that says most', () => {
  expect(fetchFailureReason(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') }))).toBe(
    'connect ECONNREFUSED',
  )
  expect(fetchFailureReason(new Error('plain', { cause: new Error('') }))).toBe('plain')
  expect(fetchFailureReason('text')).toBe('text')
})
