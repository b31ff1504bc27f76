/** Counts requests a project. A bucket that is refilled steadily: bursts are fine until it is empty. */

import type { Clock } from '../clock.ts'

export interface Quota {
  readonly allowed: boolean
  readonly limit: number
  /** Whole requests that are left after this one. */
  readonly remaining: number
  /** UNIX time in seconds at which all requests will be there again. */
  readonly reset: number
}

export interface RateLimiter {
  /** Takes one request out of the bucket with this name. */
  take(bucket: string): Quota
}

/**
 * @param limit requests that a full bucket holds
 * @param perSecond requests that come back every second
 */
export function createRateLimiter(
  clock: Clock,
  { limit, perSecond }: { limit: number; perSecond: number },
): RateLimiter {
  const buckets = new Map<string, { tokens: number; at: number }>()
  return {
    take(name) {
      const now = clock.now()
      const bucket = buckets.get(name) ?? { tokens: limit, at: now }
      const refilled = Math.min(limit, bucket.tokens + ((now - bucket.at) / 1000) * perSecond)
      const allowed = refilled >= 1
      const tokens = allowed ? refilled - 1 : refilled
      buckets.set(name, { tokens, at: now })
      return {
        allowed,
        limit,
        remaining: Math.floor(tokens),
        reset: Math.ceil(now / 1000 + (limit - tokens) / perSecond),
      }
    },
  }
}
