import { describe, expect, test } from 'vitest'
import { createManualClock, type ManualClock } from '../../../packages/hcloud-sandbox/test/cloud/manual-clock.ts'
import { createActionWaiter } from '../../../src/hetzner/action-waiter.ts'
import type { Action } from '../../../src/hetzner/wire.ts'
import { failureOf } from '../util/failure.ts'
import { action } from './fixture.ts'

const START = Date.parse('2026-08-01T12:00:00Z')

/** A waiter whose clock and whose cloud are the test's. */
function fixture() {
  const clock = createManualClock(START)
  const ended = new Map<number, Action>()
  const asked: (readonly number[])[] = []
  const faults: Error[] = []
  const waiter = createActionWaiter(async (ids) => {
    asked.push(ids)
    const fault = faults.shift()
    if (fault !== undefined) throw fault
    return ids.map((id) => ended.get(id) ?? action(id))
  }, clock)
  const wait = (id: number, options: { signal?: AbortSignal; timeoutMs?: number } = {}): Promise<void> =>
    waiter.wait(action(id), {
      signal: options.signal ?? new AbortController().signal,
      timeoutMs: options.timeoutMs ?? 60_000,
      name: `thing ${id}`,
    })
  /** Lets time pass and one poll happen. */
  const tick = async (ms = 10_000): Promise<void> => {
    await clock.asleep()
    clock.advance(ms)
    await turn()
  }
  return { clock, ended, asked, faults, waiter, wait, tick }
}

/** Lets time pass until one more request was sent; gives how long that took, in steps of 10 ms. */
async function untilAsked(clock: ManualClock, asked: readonly unknown[]): Promise<number> {
  const [before, count] = [clock.now(), asked.length]
  while (asked.length === count) {
    await clock.asleep()
    clock.advance(10)
    await turn()
  }
  return clock.now() - before
}

/** Lets everything run that needs no time. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('waiting for actions', () => {
  test('that have ended needs no request', async () => {
    const { waiter, asked } = fixture()
    const options = { signal: new AbortController().signal, timeoutMs: 1000, name: 'it' }
    await waiter.wait(action(1, 'success'), options)
    const failed = action(2, 'error', { code: 'action_failed', message: 'no luck' })
    expect((await failureOf(waiter.wait(failed, options))).message).toBe(
      'waiting for it: the action create_server (2) failed: no luck (action_failed)',
    )
    expect(asked).toEqual([])
  })

  test('takes one request for all of them, until each has ended', async () => {
    const { ended, asked, wait, tick } = fixture()
    const all = [wait(1), wait(2), wait(3)]
    ended.set(2, action(2, 'success'))
    await tick()
    await all[1]
    ended.set(1, action(1, 'success')).set(3, action(3, 'success'))
    await tick()
    await Promise.all(all)
    expect(asked).toEqual([
      [1, 2, 3],
      [1, 3],
    ])
  })

  test('asks for at most 50 in one request', async () => {
    const { ended, asked, wait, tick } = fixture()
    const ids = Array.from({ length: 120 }, (_, index) => index + 1)
    for (const id of ids) ended.set(id, action(id, 'success'))
    const all = ids.map((id) => wait(id))
    await tick()
    await Promise.all(all)
    expect(asked.map((batch) => batch.length)).toEqual([50, 50, 20])
    expect(asked.flat()).toEqual(ids)
  })

  test('asks ever more rarely for one of which nothing is known', async () => {
    const { clock, asked, wait } = fixture()
    void wait(1, { timeoutMs: 1_000_000 })
    const pauses: number[] = []
    while (pauses.length < 6) pauses.push(await untilAsked(clock, asked))
    expect(pauses).toEqual([8200, 3280, 4600, 5000, 5000, 5000])
  })

  test('asks at once for a quick one that joins', async () => {
    const { clock, ended, asked, waiter, wait } = fixture()
    const slow = wait(1)
    await clock.asleep()
    const options = { signal: new AbortController().signal, timeoutMs: 60_000, name: 'it' }
    const quick = waiter.wait({ ...action(2), progress: 99 }, options)
    ended.set(1, action(1, 'success')).set(2, action(2, 'success'))
    expect(await untilAsked(clock, asked)).toBeLessThanOrEqual(250)
    // There is room for the slow one in the same request.
    await Promise.all([slow, quick])
    expect(asked).toEqual([[2, 1]])
  })

  test.each([0.5, 1.5, 2, 8, 12, 40, 41.3, 90, 400])(
    'that take %d s and tell how far they are needs few requests',
    async (seconds) => {
      const clock = createManualClock(START)
      const asked: number[] = []
      const now = (): Action => {
        const share = (clock.now() - START) / (seconds * 1000)
        return share >= 1
          ? action(1, 'success')
          : { ...action(1), command: 'create_image', progress: Math.floor(100 * share) }
      }
      const waiter = createActionWaiter(async () => {
        asked.push(clock.now())
        return [now()]
      }, clock)
      const done = waiter.wait(now(), { signal: new AbortController().signal, timeoutMs: 1e9, name: 'it' })
      let hasEnded = false
      void done.then(() => {
        hasEnded = true
      })
      while (!hasEnded) await untilAsked(clock, asked)
      const lateMs = clock.now() - START - seconds * 1000
      expect(lateMs).toBeLessThanOrEqual(Math.max(20_000 - seconds * 1000, 200 + seconds * 20))
      expect(asked.length).toBeLessThanOrEqual(3 + seconds / 10)
    },
  )

  test.each([
    ['as the cloud tells', { started: '2026-08-01T12:00:00+00:00', finished: '2026-08-01T12:00:03+00:00' }, 3500],
    ['as it was waited for, when the cloud does not tell', {}, 8700],
    ['as it was waited for, when the cloud tells something else', { started: 'x', finished: null }, 8700],
  ])('are asked for first when the last one of their kind had ended, %s', async (_how, times, expected) => {
    const { clock, ended, asked, wait } = fixture()
    ended.set(1, { ...action(1, 'success'), ...times })
    const first = wait(1)
    expect(await untilAsked(clock, asked)).toBe(8200)
    await first
    void wait(2, { timeoutMs: 1_000_000 })
    expect(await untilAsked(clock, asked)).toBe(expected)
  })

  test('are not planned from one that failed', async () => {
    const { clock, ended, asked, wait } = fixture()
    const times = { started: '2026-08-01T12:00:00+00:00', finished: '2026-08-01T12:00:01+00:00' }
    ended.set(1, { ...action(1, 'error'), ...times })
    const first = failureOf(wait(1))
    await untilAsked(clock, asked)
    await first
    void wait(2, { timeoutMs: 1_000_000 })
    expect(await untilAsked(clock, asked)).toBe(8200)
  })

  test('may be taken for ended without a last look, when their progress tells their end', async () => {
    const { clock, ended, asked, waiter } = fixture()
    const signal = new AbortController().signal
    const half = { ...action(1), command: 'create_image', progress: 1 }
    const due = waiter.wait(half, { signal, timeoutMs: 1e9, name: 'it', untilDue: true })
    ended.set(1, { ...half, progress: 50 })
    expect(await untilAsked(clock, asked)).toBe(20_000)
    let isOver = false
    void due.then(() => {
      isOver = true
    })
    while (!isOver) {
      await clock.asleep()
      clock.advance(100)
      await turn()
    }
    expect(clock.now() - START).toBeLessThan(41_000)
    expect(clock.now() - START).toBeGreaterThan(40_000)
    expect(asked).toEqual([[1]])
  })

  test('that stand still near their end are looked at often, and then more rarely', async () => {
    const { clock, asked, waiter } = fixture()
    const options = { signal: new AbortController().signal, timeoutMs: 1e9, name: 'it' }
    void waiter.wait({ ...action(1), progress: 99 }, options)
    const pauses: number[] = []
    while (pauses.length < 7) pauses.push(await untilAsked(clock, asked))
    expect(pauses).toEqual([200, 200, 400, 800, 1600, 3200, 5000])
  })

  test('of which each begins a little later than the one before takes a request a second', async () => {
    const clock = createManualClock(START)
    let requests = 0
    const began = new Map<number, number>()
    const waiter = createActionWaiter(async (ids) => {
      requests += 1
      return ids.map((id) => action(id, clock.now() - (began.get(id) ?? 0) >= 8000 ? 'success' : 'running'))
    }, clock)
    const all: Promise<void>[] = []
    for (let id = 1; id <= 40; id++) {
      began.set(id, clock.now())
      all.push(
        waiter.wait(
          { ...action(id), progress: 0 },
          { signal: new AbortController().signal, timeoutMs: 1e9, name: 'it' },
        ),
      )
      clock.advance(50)
      await turn()
    }
    for (let passed = 0; passed < 20_000; passed += 50) {
      clock.advance(50)
      await turn()
    }
    await Promise.all(all)
    expect(requests).toBeLessThan(25)
  })

  test('serves two that wait for the same action', async () => {
    const { ended, asked, wait, tick } = fixture()
    const both = [wait(1), wait(1)]
    ended.set(1, action(1, 'success'))
    await tick()
    await Promise.all(both)
    expect(asked).toEqual([[1]])
  })

  test('starts anew after everything had ended', async () => {
    const { ended, asked, wait, tick } = fixture()
    ended.set(1, action(1, 'success')).set(2, action(2, 'success'))
    const first = wait(1)
    await tick()
    await first
    const second = wait(2)
    await tick(11_000)
    await second
    expect(asked).toEqual([[1], [2]])
  })
})

describe('waiting in vain', () => {
  test.each([
    ['action_failed', 'api'],
    ['resource_unavailable', 'stock'],
    ['placement_error', 'stock'],
  ])('an action that fails with %s is an error of the kind %s', async (code, kind) => {
    const { ended, wait, tick } = fixture()
    const failing = failureOf(wait(1))
    const other = wait(2)
    ended.set(1, action(1, 'error', { code, message: 'no luck' })).set(2, action(2, 'success'))
    await tick()
    expect(await failing).toMatchObject({ code: kind, message: expect.stringContaining('thing 1') })
    await other
  })

  test('an action that does not end in time names what was waited for', async () => {
    const { wait } = fixture()
    const error = await failureOf(wait(1, { timeoutMs: 5 }))
    expect(error.code).toBe('timeout')
    expect(error.message).toContain('thing 1')
  })

  test('an abort ends one and leaves the other', async () => {
    const { ended, asked, wait, tick } = fixture()
    const stop = new AbortController()
    const reason = new Error('stop it')
    const stopped = wait(1, { signal: stop.signal })
    const other = wait(2)
    stop.abort(reason)
    await expect(stopped).rejects.toBe(reason)
    ended.set(2, action(2, 'success'))
    await tick()
    await other
    expect(asked).toEqual([[2]])
    await expect(wait(3, { signal: stop.signal })).rejects.toBe(reason)
  })

  test('when no wait is left, it stops sleeping and polling', async () => {
    const { clock, asked, wait } = fixture()
    const stop = new AbortController()
    const stopped = wait(1, { signal: stop.signal })
    await clock.asleep()
    stop.abort(new Error('stop it'))
    await expect(stopped).rejects.toThrow('stop it')
    await turn()
    const sleeping = await Promise.race([clock.asleep().then(() => true), turn().then(() => false)])
    expect(sleeping).toBe(false)
    expect(asked).toEqual([])
  })

  test('a request that fails is told to those that it was for', async () => {
    const { faults, ended, wait, tick } = fixture()
    faults.push(new Error('no network'))
    const first = expect(wait(1)).rejects.toThrow('no network')
    await tick()
    await first
    ended.set(2, action(2, 'success'))
    const second = wait(2)
    await tick()
    await second
  })
})
