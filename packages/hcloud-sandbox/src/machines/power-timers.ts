/** What happens a while after power-on, as long as the machine keeps its power. */

import { once, setMaxListeners } from 'node:events'
import type { Clock } from '../clock.ts'

export interface PowerTimers {
  /** Waits, for ever when told `Infinity`. @throws the reason of the signal as soon as the power is gone */
  sleep(ms: number): Promise<void>
  /** Lets something happen later, unless the power is gone by then. Never without a time. */
  after(ms: number | undefined, act: () => unknown): void
}

/** Longer cannot be counted by the timers of Node.js, which then take it for one millisecond; it is 24 days. */
const LONGEST_MS = 2 ** 31 - 1

/** @param off aborts when the machine loses its power; no timer outlives that */
export function createPowerTimers(clock: Clock, off: AbortSignal): PowerTimers {
  // Each timer listens to it, so Node.js's warning about many listeners would be a false alarm.
  setMaxListeners(0, off)
  const sleep = async (ms: number): Promise<void> => {
    if (ms <= LONGEST_MS) return clock.sleep(ms, off)
    if (!off.aborted) await once(off, 'abort')
    off.throwIfAborted()
  }
  return {
    sleep,
    after(ms, act) {
      if (ms === undefined) return
      void sleep(ms)
        .then(() => (off.aborted ? undefined : act()))
        .catch(() => undefined)
    },
  }
}
