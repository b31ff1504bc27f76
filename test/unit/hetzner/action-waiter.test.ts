import { describe, expect, test } from 'vitest'
import { createActionWaiter } from '../../../src/hetzner/action-waiter.ts'
import type { Action } from '../../../src/hetzner/wire.ts'
import { createManualClock } from '../sandbox/cloud/manual-clock.ts'
import { failureOf } from '../util/failure.ts'
import { action } from './fixture.ts'

/** A waiter whose clock and whose cloud are the test's. */
function fixture() {
  const clock = createManualClock()
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
  const tick = async (ms = 5000): Promise<void> => {
    await clock.asleep()
    clock.advance(ms)
    await turn()
  }
  return { clock, ended, asked, faults, waiter, wait, tick }
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

  test('asks more and more rarely, and soon again when one joins', async () => {
    const { clock, ended, asked, wait } = fixture()
    const first = wait(1)
    const pauses: number[] = []
    for (let polls = 1; polls <= 30; polls++) {
      const before = clock.now()
      while (asked.length < polls) {
        await clock.asleep()
        clock.advance(50)
        await turn()
      }
      pauses.push(clock.now() - before)
    }
    expect(pauses[0]).toBe(200)
    expect(pauses.at(-1)).toBe(5000)
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b))

    await clock.asleep()
    ended.set(2, action(2, 'success')).set(1, action(1, 'success'))
    const second = wait(2)
    await turn()
    await clock.asleep()
    clock.advance(200)
    await Promise.all([first, second])
    expect(asked.at(-1)).toEqual([1, 2])
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
    await tick()
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

  test('when nobody waits any more, nobody sleeps any more, and nothing is asked', async () => {
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
