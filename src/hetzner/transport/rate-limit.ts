/** Stays within the project's hourly number of requests, which others share. */

import type { Clock } from '../../util/clock.ts'
import type { ApiRequest, ApiResponse, Send } from './transport.ts'

/** Requests kept back for clean-up. */
const RESERVE = 20

/** A budget is refilled evenly over an hour: the documented 3600 by one a second. */
const HOUR_MS = 3_600_000

/** What the API has told of the budget, and when. */
interface Budget {
  readonly limit: number
  readonly remaining: number
  readonly atMs: number
}

/**
 * Makes requests, other than those of clean-up, wait while the budget is used up to the reserve, for as long as the
 * refill needs. Requests that are under way count as used, so that many at once do not all take the last one.
 * @param onPause is told how long a request waits, in milliseconds
 */
export function respectRateLimit(clock: Clock, onPause: (ms: number) => void = () => {}): (next: Send) => Send {
  let budget: Budget | undefined
  let underWay = 0

  /** How long until there is a request to be had beyond the reserve, in milliseconds. */
  function waitMs(): number {
    if (budget === undefined) return 0
    const { limit, remaining, atMs } = budget
    const refillMs = HOUR_MS / limit
    // A project with a tiny limit must not wait for ever on a reserve that it can never have.
    const reserve = Math.min(RESERVE, Math.floor(limit / 4))
    const missing = reserve + 1 + underWay - remaining
    return missing <= 0 ? 0 : atMs + missing * refillMs - clock.now()
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
