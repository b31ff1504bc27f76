import { describe, expect, test } from 'vitest'
import { createManualClock } from '../../../packages/hcloud-sandbox/test/cloud/manual-clock.ts'
import { respectRateLimit } from '../../../src/hetzner/transport/rate-limit.ts'
import type { ApiRequest } from '../../../src/hetzner/transport/transport.ts'

/** A cloud that reports these budgets one after the other. */
function fixture(...budgets: readonly (readonly [remaining: string | undefined, limit?: string, status?: number])[]) {
  const clock = createManualClock()
  const started = clock.now()
  const sentAt: number[] = []
  const left = [...budgets]
  const pauses: number[] = []
  const onPause = (ms: number) => pauses.push(ms)
  const send = respectRateLimit(
    clock,
    onPause,
  )(async () => {
    sentAt.push(clock.now() - started)
    const [remaining, limit = '3600', status = 200] = left.shift() ?? [undefined]
    const headers = new Headers({ 'RateLimit-Limit': limit })
    if (remaining !== undefined) headers.set('RateLimit-Remaining', remaining)
    return { status, headers, body: undefined }
  })
  const get = (more: Partial<ApiRequest> = {}) => send({ method: 'GET', path: '/', ...more })
  return { clock, sentAt, pauses, get }
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
    // 8 an hour: one every 450 s.
    clock.advance(450_000)
    await second
    await get()
    expect(sentAt).toEqual([0, 450_000, 450_000])
  })

  test('is not overdrawn by many requests at once', async () => {
    const { clock, get, sentAt, pauses } = fixture(['23'], ['22'], ['21'], ['20'], ['19'], ['18'])
    await get()
    const five = [get(), get(), get(), get(), get()]
    await clock.asleep()
    expect(sentAt).toEqual([0, 0, 0, 0])
    expect(pauses).toEqual([1000, 1000])
    for (let second = 0; second < 5; second++) {
      clock.advance(1000)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await Promise.all(five)
    expect(sentAt).toHaveLength(6)
    expect(sentAt.filter((at) => at === 0)).toHaveLength(4)
  })

  test('is used up when a request is refused', async () => {
    const { clock, get, sentAt } = fixture([undefined, '3600', 429])
    await get()
    const second = get()
    await clock.asleep()
    clock.advance(55_124)
    expect(sentAt).toEqual([0])
    clock.advance(1)
    await second
    expect(sentAt).toEqual([0, 55_125])
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
