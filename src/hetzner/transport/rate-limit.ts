/** Stays within the project's hourly number of requests, which others share. */

import type { Clock } from '../../util/clock.ts'
import type { Send } from './transport.ts'

/** Requests kept back for clean-up. */
const RESERVE = 20

/** The budget grows by one request a second (the documented refill of 3600 an hour). */
const REFILL_MS = 1000

/**
 * Pauses requests, other than those of clean-up, while the budget that the last answer reported is used up to the
 * reserve. The pause lasts as long as the refill needs.
 */
export function respectRateLimit(clock: Clock): (next: Send) => Send {
  let remaining = Number.POSITIVE_INFINITY
  let limit = Number.POSITIVE_INFINITY
  return (next) => async (request) => {
    // A project with a tiny limit must not wait for ever on a reserve that it can never have.
    const reserve = Math.min(RESERVE, Math.floor(limit / 4))
    if (request.urgent !== true && remaining <= reserve) {
      await clock.sleep((reserve - remaining + 1) * REFILL_MS, request.signal)
    }
    const response = await next(request)
    remaining = readNumber(response.headers.get('ratelimit-remaining')) ?? remaining
    limit = readNumber(response.headers.get('ratelimit-limit')) ?? limit
    return response
  }
}

function readNumber(header: string | null): number | undefined {
  if (header === null || header.trim() === '') return undefined
  const value = Number(header)
  return Number.isFinite(value) ? value : undefined
}
