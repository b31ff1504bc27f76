/** A clock that stands still until a test lets time pass. */

import type { Clock } from '../../src/clock.ts'

interface Sleeper {
  readonly ms: number
  readonly signal: AbortSignal | undefined
  readonly wake: () => void
}

export interface ManualClock extends Clock {
  /** All who ever slept. */
  readonly sleepers: readonly Sleeper[]
  /** Wakes all that sleep that long. @throws Error when there is none */
  wake(ms: number): void
}

export function createManualClock(): ManualClock {
  const sleepers: Sleeper[] = []
  return {
    sleepers,
    now: () => 0,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted()
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
        sleepers.push({ ms, signal, wake: resolve })
      }),
    wake(ms) {
      const found = sleepers.filter((sleeper) => sleeper.ms === ms)
      if (found.length === 0) throw new Error(`nothing sleeps ${ms} ms`)
      for (const sleeper of found) sleeper.wake()
    },
  }
}
