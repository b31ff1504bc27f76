/** Retrying until a deadline, for what must not be given up early: removing resources. */

import { TalosImageError } from '../errors.ts'
import { isApiFailure } from '../hetzner/transport/api-failure.ts'
import type { Clock } from '../util/clock.ts'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000

/**
 * Repeats `work` until it succeeds or `deadline` aborts.
 * @throws the last error of `work`; at once when trying again cannot help, as for a refused token or a protected server
 */
export async function retryUntil<T>(work: () => Promise<T>, clock: Clock, deadline: AbortSignal): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    try {
      return await work()
    } catch (error) {
      if (!mayPass(error)) throw error
      try {
        await clock.sleep(pauseMs, deadline)
      } catch {
        throw error
      }
    }
  }
}

/** Most refusals pass, and what stays costs money: only those that somebody has to change are final. */
function mayPass(error: unknown): boolean {
  return error instanceof TalosImageError && error.code !== 'token' && !isApiFailure(error, 'protected')
}
