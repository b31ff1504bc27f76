import { expect, test } from 'vitest'
import { TalosImageError } from '../../../src/errors.ts'
import { removeCreated } from '../../../src/run/remove-created.ts'
import { TIMEOUTS } from '../../../src/run/timeouts.ts'

/** Time that passes only while something sleeps. */
function setUp(found: readonly (number | undefined)[]) {
  let nowMs = 0
  const left = [...found]
  const removed: number[] = []
  const clock = {
    now: () => nowMs,
    sleep: async (ms: number) => {
      nowMs += ms
    },
  }
  const remove = (inDoubt: boolean): Promise<boolean> =>
    removeCreated(
      { clock, timeouts: { ...TIMEOUTS, settleMs: 600 } },
      {
        inDoubt,
        find: async () => left.shift(),
        remove: async (id: number) => {
          removed.push(id)
          return true
        },
      },
      new AbortController().signal,
    )
  return { remove, removed, left, now: () => nowMs }
}

test('a resource is looked for once', async () => {
  const { remove, removed, left } = setUp([undefined, 7])
  expect(await remove(false)).toBe(false)
  expect([removed, left]).toEqual([[], [7]])
})

test('a resource whose creation ended without an answer is looked for until it shows', async () => {
  const { remove, removed } = setUp([undefined, undefined, 7])
  expect(await remove(true)).toBe(true)
  expect(removed).toEqual([7])
})

test('it counts as not there when it has not shown in time', async () => {
  const { remove, removed, now } = setUp([])
  expect(await remove(true)).toBe(false)
  expect([removed, now()]).toEqual([[], 600])
})

test('the removal is tried again, but not when the token is refused', async () => {
  const errors = [new TalosImageError({ code: 'network', message: 'no answer' }), undefined]
  const clock = { now: () => 0, sleep: async () => {} }
  const attempt = (remove: () => Promise<boolean>): Promise<boolean> =>
    removeCreated(
      { clock, timeouts: TIMEOUTS },
      { inDoubt: false, find: async () => 7, remove },
      new AbortController().signal,
    )
  const failFirst = async (): Promise<boolean> => {
    const error = errors.shift()
    if (error !== undefined) throw error
    return true
  }
  expect(await attempt(failFirst)).toBe(true)
  const refused = new TalosImageError({ code: 'token', message: 'refused' })
  await expect(attempt(() => Promise.reject(refused))).rejects.toBe(refused)
})
