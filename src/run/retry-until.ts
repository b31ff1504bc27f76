/** Trying until it works, for what must not be given up: removing things. */

import { TalosImageError } from '../errors.ts'
import { ApiFailure } from '../hetzner/transport/api-failure.ts'
import { isInDoubt, isNotDone } from '../hetzner/transport/retry.ts'
import type { Clock } from '../util/clock.ts'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000

/**
 * Repeats `work` until it succeeds or the signal, which is its deadline, aborts.
 * @throws the last error of `work`; at once when it will not heal, such as a token that is refused or a protected server
 */
export async function retryUntil<T>(work: () => Promise<T>, clock: Clock, signal: AbortSignal): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    try {
      return await work()
    } catch (error) {
      if (!mayHeal(error)) throw error
      try {
        await clock.sleep(pauseMs, signal)
      } catch {
        throw error
      }
    }
  }
}

function mayHeal(error: unknown): boolean {
  if (error instanceof ApiFailure) return isInDoubt(error) || isNotDone(error)
  return error instanceof TalosImageError && error.code !== 'token'
}
