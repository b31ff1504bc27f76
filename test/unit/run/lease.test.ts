import { describe, expect, test } from 'vitest'
import type { Labels } from '../../../src/domain.ts'
import { ApiFailure } from '../../../src/hetzner/transport/api-failure.ts'
import { Lease } from '../../../src/run/lease.ts'

const MINUTE = 60_000

/**
 * A computer whose time can be moved, and whose clock and timers stand still while it sleeps; and the cloud's time, which it
 * knows by the answers.
 */
function startLease() {
  let [uptime, wall, cloud] = [0, 1e12, 1e12]
  let aheadMs = cloud
  const sleeping: { until: number; wake: () => void }[] = []
  const clock = {
    now: () => uptime,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const onAbort = (): void => reject(signal?.reason)
        const wake = (): void => {
          signal?.removeEventListener('abort', onAbort)
          resolve()
        }
        sleeping.push({ until: uptime + ms, wake })
        signal?.addEventListener('abort', onAbort, { once: true })
      }),
  }
  const lease = new Lease(
    'abcd2345',
    clock,
    () => uptime + aheadMs,
    () => wall,
  )
  const renewed: number[] = []
  const fault: { now?: Error } = {}
  lease.hold(async (labels: Labels) => {
    if (fault.now !== undefined) throw fault.now
    aheadMs = cloud - uptime
    renewed.push(Number(labels['talos-image/lease']) * 1000 - cloud)
  })
  const settle = async (): Promise<void> => {
    for (let turns = 0; turns < 50; turns++) await Promise.resolve()
  }
  return {
    lease,
    renewed,
    fault,
    /** The computer is awake. */
    async pass(ms: number) {
      for (const end = uptime + ms; uptime < end; ) {
        const step = Math.min(5000, end - uptime)
        uptime += step
        wall += step
        cloud += step
        for (const one of sleeping.splice(0)) uptime >= one.until ? one.wake() : sleeping.push(one)
        await settle()
      }
    },
    sleepThrough(ms: number) {
      wall += ms
      cloud += ms
    },
    setWall(ms: number) {
      wall += ms
    },
  }
}

describe('a lease', () => {
  test('is renewed every five minutes, for fifteen', async () => {
    const { renewed, pass, lease } = startLease()
    await pass(16 * MINUTE)
    expect(renewed).toEqual([15 * MINUTE, 15 * MINUTE, 15 * MINUTE])
    expect(lease.hasLapsed()).toBe(false)
  })

  test('is renewed within seconds when the computer wakes up, and once more when the answer tells what time it is', async () => {
    const { renewed, pass, sleepThrough, lease } = startLease()
    await pass(MINUTE)
    sleepThrough(60 * MINUTE)
    expect(lease.hasLapsed()).toBe(true)
    await pass(20_000)
    expect(renewed).toEqual([-45 * MINUTE, 15 * MINUTE])
    expect(lease.hasLapsed()).toBe(false)
    await pass(4 * MINUTE)
    expect(renewed).toHaveLength(2)
  })

  test('is renewed as soon as there is a network again after a sleep', async () => {
    const { renewed, pass, sleepThrough, fault, lease } = startLease()
    await pass(MINUTE)
    sleepThrough(60 * MINUTE)
    fault.now = new Error('no network')
    await pass(MINUTE)
    delete fault.now
    expect([renewed, lease.hasLapsed()]).toEqual([[], true])
    await pass(20_000)
    expect([renewed.at(-1), lease.hasLapsed()]).toEqual([15 * MINUTE, false])
  })

  test('is not tried for all the time after a sleep when it is refused', async () => {
    const { lease, pass, sleepThrough } = startLease()
    let asked = 0
    lease.hold(async () => {
      asked += 1
      throw new Error('refused')
    })
    sleepThrough(60 * MINUTE)
    await pass(40 * MINUTE)
    expect(asked).toBeLessThanOrEqual(30)
  })

  test('of what is gone for good is not asked for all the time after a sleep', async () => {
    const { lease, pass, sleepThrough } = startLease()
    let asked = 0
    lease.hold(async () => {
      asked += 1
      throw new ApiFailure({ method: 'PUT', path: '/servers/1' }, 404, 'not_found', 'gone')
    })
    sleepThrough(60 * MINUTE)
    await pass(MINUTE)
    // The answer to the other one tells what time it is.
    expect(asked).toBe(2)
  })

  test('has lapsed when no renewal has reached the cloud in time', async () => {
    const { pass, fault, lease } = startLease()
    fault.now = new Error('no network')
    await pass(16 * MINUTE)
    expect(lease.hasLapsed()).toBe(true)
    delete fault.now
    await pass(5 * MINUTE)
    expect(lease.hasLapsed()).toBe(false)
  })

  test.each([-3 * 60 * MINUTE, 3 * 60 * MINUTE])(
    'is for the cloud, however the time here is set: by %i ms',
    async (ms) => {
      const { renewed, pass, setWall, lease } = startLease()
      setWall(ms)
      await pass(11 * MINUTE)
      expect(new Set(renewed)).toEqual(new Set([15 * MINUTE]))
      expect(renewed.length).toBeGreaterThanOrEqual(2)
      expect(lease.hasLapsed()).toBe(false)
    },
  )
})
