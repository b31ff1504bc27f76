import { describe, expect, test } from 'vitest'
import { ProblemsError, TalosImageError } from '../../../src/errors.ts'
import {
  hasFailed,
  judgeClock,
  judgeRate,
  judgeStock,
  judgeVersion,
  judgeWriteAccess,
  toDoctorDocument,
  toFailedCheck,
  toSkippedCheck,
} from '../../../src/report/doctor.ts'
import { placementInput, serverType, sourced } from '../plan/fixture.ts'

test('a failure says where, what, and what to do', () => {
  const at = { kind: 'env', name: 'HCLOUD_TOKEN' } as const
  const error = new ProblemsError([
    { code: 'token', message: 'there is none', at },
    { code: 'usage', message: 'and another', hint: 'mend it' },
  ])
  expect(toFailedCheck('token', error)).toEqual({
    name: 'token',
    status: 'failed',
    message: 'HCLOUD_TOKEN: there is none; and another',
    hint: 'mend it',
  })
})

test.each([
  ['may write', 'ok'],
  ['may only read', 'failed'],
  ['unclear', 'warning'],
] as const)('a token that %s is %s', (access, status) => {
  expect(judgeWriteAccess(access)).toMatchObject({ name: 'write access', status })
})

describe('the rate limit', () => {
  test.each([
    [{ limit: 3600, remaining: 3599 }, 'ok', undefined],
    [{ limit: 3600, remaining: 300 }, 'ok', undefined],
    [{ limit: 3600, remaining: 120 }, 'warning', 'in 3 min there are enough'],
    [{ limit: 3600, remaining: 0 }, 'warning', 'in 5 min there are enough'],
    [{ limit: 100, remaining: 25 }, 'ok', undefined],
    [undefined, 'warning', undefined],
  ] as const)('%j is %s', (rate, status, hint) => {
    const check = judgeRate(rate)
    expect(check.status).toBe(status)
    if (hint === undefined) expect(check.hint).toBeUndefined()
    else expect(check.hint).toContain(hint)
  })
})

describe('the clock', () => {
  test.each([
    [0, 'ok', 'agree'],
    [-29_000, 'ok', 'agree'],
    [31_000, 'warning', 'is 31 s ahead of'],
    [-299_000, 'warning', 'is 299 s behind'],
    [300_000, 'failed', 'is 300 s ahead of'],
    [undefined, 'warning', 'does not say'],
  ] as const)('%s ms ahead is %s', (ms, status, text) => {
    const { message, ...check } = judgeClock(ms)
    expect(check.status).toBe(status)
    expect(message).toContain(text)
  })
})

describe('stock', () => {
  const types = (at: Parameters<typeof serverType>[1]) => placementInput({ serverTypes: [serverType('cx23', at)] })

  test('is there', () => {
    expect(judgeStock(types({ at: { fsn1: 'in stock', nbg1: 'in stock' } }))).toEqual({
      name: 'stock x86',
      status: 'ok',
      message: 'cx23 is in stock in fsn1; 1 to fall back to',
    })
  })

  test('is elsewhere', () => {
    const check = judgeStock(types({ at: { fsn1: 'out of stock', nbg1: 'in stock' } }))
    expect(check).toMatchObject({
      status: 'warning',
      message: 'cx23 is out of stock in fsn1; a build takes cx23 in nbg1',
    })
    expect(check.hint).toContain('server_location = "nbg1"')
  })

  test('is nowhere', () => {
    const check = judgeStock(types({ at: { fsn1: 'out of stock', nbg1: 'out of stock' } }))
    expect(check.status).toBe('failed')
    expect(check.message).toBe('cx23 is out of stock in fsn1, and nothing else fits')
    expect(check.hint).toContain('--wait-for-stock')
  })

  test('cannot be, of what does not exist', () => {
    const check = judgeStock(placementInput({ serverType: sourced('cx32'), chosenType: true }))
    expect(check).toMatchObject({ status: 'failed', message: 'Hetzner Cloud has no server type "cx32"' })
    expect(check.hint).toContain('cx23')
  })
})

test('the Image Factory has the version, or says which ones it has', () => {
  const versions = ['v1.12.1', 'v1.12.2']
  expect(judgeVersion(sourced('latest'), versions)).toMatchObject({
    status: 'ok',
    message: 'it answers, has 2 versions, and Talos latest, which is v1.12.2',
  })
  expect(judgeVersion(sourced('v1.12.3'), versions)).toMatchObject({
    status: 'failed',
    hint: 'it has "v1.12.2", "v1.12.1"',
  })
})

test('only a failure counts as one', () => {
  const failed = toFailedCheck('token', new TalosImageError({ code: 'token', message: 'no' }))
  const others = [judgeClock(60_000), toSkippedCheck('clock', 'the token')]
  expect([hasFailed(others), hasFailed([...others, failed])]).toEqual([false, true])
  const inputs = { directory: null, templates: [], varFiles: [], settings: null, schematics: [] }
  expect(toDoctorDocument([failed], inputs)).toEqual({
    ok: false,
    inputs,
    checks: [{ name: 'token', status: 'failed', message: 'no', hint: null }],
  })
})
