/** Keeps within the project's rate limit, which is shared with its other clients. */

import type { Clock } from '../../util/clock.ts'
import type { ApiRequest, ApiResponse, Send } from './transport.ts'

/** Requests kept back for clean-up. */
const RESERVE = 20

/** When as many of them are used, other clients use them, too: from then on the wait grows faster than what is missing. */
const USED_BY_OTHERS = 8

/** The limit is refilled evenly over an hour: the documented 3600 by one a second. */
const HOUR_MS = 3_600_000

/** The rate limit as the API last told it, and when. */
interface Budget {
  readonly limit: number
  readonly remaining: number
  readonly atMs: number
}

/**
 * Delays requests, other than those of clean-up, while only the reserve is left, until enough is refilled. Requests in
 * progress count as used, so that concurrent ones do not all take the last one.
 * @param onPause is called with the time that a request waits, in milliseconds
 */
export function respectRateLimit(clock: Clock, onPause: (ms: number) => void = () => {}): (next: Send) => Send {
  let budget: Budget | undefined
  let underWay = 0

  /** How long until there is a request beyond the reserve, in milliseconds. */
  function waitMs(): number {
    if (budget === undefined) return 0
    const { limit, remaining, atMs } = budget
    const refillMs = HOUR_MS / limit
    // With a very small limit, the full reserve could never be reached.
    const reserve = Math.min(RESERVE, Math.floor(limit / 4))
    const missing = reserve + 1 + underWay - remaining
    const wait = missing * Math.max(1, missing / USED_BY_OTHERS) * refillMs
    return missing <= 0 ? 0 : atMs + wait - clock.now()
  }

  async function take({ urgent, signal }: ApiRequest): Promise<void> {
    for (let ms = waitMs(); urgent !== true && ms > 0; ms = waitMs()) {
      onPause(ms)
      await clock.sleep(ms, signal)
    }
    underWay += 1
  }

  function note({ headers, status }: ApiResponse): void {
    const limit = readNumber(headers.get('ratelimit-limit')) ?? budget?.limit
    const remaining = readNumber(headers.get('ratelimit-remaining')) ?? (status === 429 ? 0 : undefined)
    if (limit === undefined || remaining === undefined || limit < 1 || remaining < 0) return
    budget = { limit, remaining, atMs: clock.now() }
  }

  return (next) => async (request) => {
    await take(request)
    try {
      const response = await next(request)
      note(response)
      return response
    } finally {
      underWay -= 1
    }
  }
}

/** The number in a header; undefined when there is none. */
export function readNumber(header: string | null): number | undefined {
  if (header === null || header.trim() === '') return undefined
  const value = Number(header)
  return Number.isFinite(value) ? value : undefined
}
