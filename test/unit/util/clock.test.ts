import { describe, expect, test } from 'vitest'
import { TalosImageError } from '../../../src/errors.ts'
import { systemClock } from '../../../src/util/clock.ts'

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
