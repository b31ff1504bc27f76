/** Requests by what they are for, and how fast they come. Pure. */

export interface SeenRequest {
  readonly method: string
  /** With `/v1` in front. */
  readonly path: string
  readonly status: number
  /** On any clock, in milliseconds. */
  readonly atMs: number
}

export interface Count {
  readonly all: number
  /** Looks at actions that run. */
  readonly polls: number
  /** Looks at single servers. */
  readonly servers: number
  /** What creates, changes or deletes. */
  readonly changes: number
  /** All other reading. */
  readonly lookUps: number
  readonly mostInAMinute: number
  /** What was left of the budget when there was least, with its refill. */
  readonly leastLeft: number
  /** How many were refused for the rate limit. */
  readonly refused: number
}

/** Requests an hour; refilled by one a second. Source: Hetzner Cloud API documentation. */
export const BUDGET = 3600
const MINUTE_MS = 60_000

/** @param seen in the order of time */
export function count(seen: readonly SeenRequest[]): Count {
  const kinds = { polls: 0, servers: 0, changes: 0, lookUps: 0 }
  for (const request of seen) kinds[kindOf(request)] += 1
  return {
    all: seen.length,
    ...kinds,
    mostInAMinute: Math.max(0, ...seen.map(({ atMs }, index) => countWithin(seen.slice(index), atMs + MINUTE_MS))),
    leastLeft: leastLeft(seen),
    refused: seen.filter(({ status }) => status === 429).length,
  }
}

function kindOf({ method, path }: SeenRequest): 'polls' | 'servers' | 'changes' | 'lookUps' {
  if (method !== 'GET') return 'changes'
  if (/\/actions(\/\d+)?$/.test(path)) return 'polls'
  return /\/servers\/\d+$/.test(path) ? 'servers' : 'lookUps'
}

const countWithin = (seen: readonly SeenRequest[], untilMs: number): number =>
  seen.filter(({ atMs }) => atMs < untilMs).length

function leastLeft(seen: readonly SeenRequest[]): number {
  let [left, least, last] = [BUDGET, BUDGET, seen[0]?.atMs ?? 0]
  for (const { atMs } of seen) {
    left = Math.min(BUDGET, left + (atMs - last) / 1000) - 1
    last = atMs
    least = Math.min(least, left)
  }
  return Math.floor(least)
}
