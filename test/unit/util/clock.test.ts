import { describe, expect, test, vi } from 'vitest'
import { TalosImageError } from '../../../src/errors.ts'
import { systemClock } from '../../../src/util/clock.ts'

describe('the system clock', () => {
  test('wakes up', async () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(60_000)
    expect(await systemClock.sleep(0)).toBeUndefined()
  })

  test('does not jump when the time of the computer is set', () => {
    const before = systemClock.now()
    const set = vi.spyOn(Date, 'now').mockReturnValue(before - 3_600_000)
    try {
      expect(systemClock.now() - before).toBeGreaterThanOrEqual(0)
    } finally {
      set.mockRestore()
    }
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
