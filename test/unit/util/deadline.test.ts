import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { startDeadline } from '../../../src/util/deadline.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: unknown = runInNewContext('gc')

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))

describe('a deadline', () => {
  test('comes, also when the garbage has been collected meanwhile', async () => {
    if (typeof collectGarbage !== 'function') throw new Error('there is no way to collect the garbage')
    const deadline = startDeadline(new AbortController().signal, 50)
    const comes = aborted(deadline.signal)
    collectGarbage()
    await comes
    expect(deadline.expired).toBe(true)
  })

  test('gives way to the signal, with its reason', async () => {
    const outer = new AbortController()
    using deadline = startDeadline(outer.signal, 60_000)
    outer.abort('stop')
    expect([deadline.signal.aborted, deadline.signal.reason, deadline.expired]).toEqual([true, 'stop', false])
  })

  test('has come at once when the signal has', () => {
    using deadline = startDeadline(AbortSignal.abort('before'), 60_000)
    expect(deadline.signal.reason).toBe('before')
  })

  test('does not come any more when it was ended', () => {
    const outer = new AbortController()
    const deadline = startDeadline(outer.signal, 60_000)
    deadline[Symbol.dispose]()
    outer.abort()
    expect(deadline.signal.aborted).toBe(false)
  })
})
