/** A clock that stands still until it is told to go on. */

import type { Clock } from '../../src/clock.ts'

export interface ManualClock extends Clock {
  /** Moves time on and wakes all whose time has come. */
  advance(ms: number): void
  /** Resolves once something sleeps. */
  asleep(): Promise<void>
}

interface Sleeper {
  readonly until: number
  readonly wake: () => void
}

export function createManualClock(start = Date.parse('2026-08-01T12:00:00Z')): ManualClock {
  const sleepers = new Set<Sleeper>()
  const watchers: (() => void)[] = []
  let now = start
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted()
        const sleeper = { until: now + ms, wake: resolve }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper)
          reject(signal.reason)
        })
        for (const watcher of watchers.splice(0)) watcher()
      }),
    advance(ms) {
      now += ms
      for (const sleeper of [...sleepers]) {
        if (sleeper.until > now) continue
        sleepers.delete(sleeper)
        sleeper.wake()
      }
    },
    asleep: () => (sleepers.size > 0 ? Promise.resolve() : new Promise((resolve) => watchers.push(resolve))),
  }
}
