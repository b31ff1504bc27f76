/** An injectable clock, so that tests do not wait for real time. */

import { setTimeout as sleepFor } from 'node:timers/promises'

export interface Clock {
  /** Milliseconds since the epoch, a whole number. It never jumps: when the computer's time is set, or after a sleep, it is off by as much. */
  now(): number
  /** Waits; rejects with the signal's reason as soon as the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** The machine's own clock: the time at which this program began, and what has passed since. */
export const systemClock: Clock = {
  now: () => Math.round(performance.timeOrigin + performance.now()),
  async sleep(ms, signal) {
    signal?.throwIfAborted()
    try {
      await sleepFor(ms, undefined, signal === undefined ? {} : { signal })
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  },
}
