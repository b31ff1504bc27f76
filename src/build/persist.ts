/** Trying until it works, for what must not be given up: removing things. */

import { TalosImageError } from '../errors.ts'
import type { Clock } from '../util/clock.ts'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000

/**
 * Repeats `work` until it succeeds or the signal, which is its deadline, aborts.
 * @throws the last error of `work`; at once when the token is refused, since that does not heal
 */
export async function persist(work: () => Promise<void>, clock: Clock, signal: AbortSignal): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof TalosImageError) || error.code === 'token') throw error
      try {
        await clock.sleep(pauseMs, signal)
      } catch {
        throw error
      }
    }
  }
}
