import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../src/util/clock.ts'

/** A clock that runs so many times as fast as the real one. */
export function createFastClock(factor: number): Clock {
  const start = Date.now()
  return {
    now: () => start + (Date.now() - start) * factor,
    async sleep(ms, signal) {
      await sleep(ms / factor, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
        signal?.throwIfAborted()
        throw error
      })
    },
  }
}
