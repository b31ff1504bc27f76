import { describe, expect, test } from 'vitest'
import { respectRateLimit } from '../../../src/hetzner/transport/rate-limit.ts'
import type { ApiRequest } from '../../../src/hetzner/transport/transport.ts'
import { createManualClock } from '../sandbox/cloud/manual-clock.ts'

/** A cloud that reports these budgets one after the other. */
function fixture(...budgets: readonly (readonly [remaining: string | undefined, limit?: string])[]) {
  const clock = createManualClock()
  const started = clock.now()
  const sentAt: number[] = []
  const left = [...budgets]
  const send = respectRateLimit(clock)(async () => {
    sentAt.push(clock.now() - started)
    const [remaining, limit = '3600'] = left.shift() ?? [undefined]
    const headers = new Headers({ 'RateLimit-Limit': limit })
    if (remaining !== undefined) headers.set('RateLimit-Remaining', remaining)
    return { status: 200, headers, body: undefined }
  })
  const get = (more: Partial<ApiRequest> = {}) => send({ method: 'GET', path: '/', ...more })
  return { clock, sentAt, get }
}

describe('the budget of requests', () => {
  test('is of no concern while there is plenty', async () => {
    const { get, sentAt } = fixture(['3599'], ['21'], ['21'])
    for (let count = 0; count < 3; count++) await get()
    expect(sentAt).toEqual([0, 0, 0])
  })

  test('makes requests wait for the refill when only the reserve is left', async () => {
    const { clock, get, sentAt } = fixture(['15'], ['20'])
    await get()
    const second = get()
    await clock.asleep()
    clock.advance(5999)
    expect(sentAt).toEqual([0])
    clock.advance(1)
    await second
    expect(sentAt).toEqual([0, 6000])
    const third = get()
    await clock.asleep()
    clock.advance(1000)
    await third
    expect(sentAt).toEqual([0, 6000, 7000])
  })

  test('keeps the reserve for clean-up', async () => {
    const { get, sentAt } = fixture(['0'], ['0'])
    await get()
    await get({ urgent: true })
    expect(sentAt).toEqual([0, 0])
  })

  test('of a tiny limit is not waited for beyond what it can ever hold', async () => {
    const { clock, get, sentAt } = fixture(['2', '8'], ['3', '8'])
    await get()
    const second = get()
    await clock.asleep()
    clock.advance(1000)
    await second
    await get()
    expect(sentAt).toEqual([0, 1000, 1000])
  })

  test('is not waited for when the answer says nothing, or nonsense', async () => {
    const { get, sentAt } = fixture([undefined], ['many'], [''])
    for (let count = 0; count < 4; count++) await get()
    expect(sentAt).toEqual([0, 0, 0, 0])
  })

  test('is not waited for after an abort', async () => {
    const { clock, get, sentAt } = fixture(['0'])
    await get()
    const stop = new AbortController()
    const stopped = get({ signal: stop.signal })
    await clock.asleep()
    stop.abort(new Error('stop it'))
    await expect(stopped).rejects.toThrow('stop it')
    expect(sentAt).toEqual([0])
  })
})
