/** When to look at running actions: seldom, and yet soon after their end. Pure; all times in milliseconds. */

import type { Action } from './wire.ts'

/** Until the first look: not much longer than the quick ones of their kind take. Typical of small servers. */
const FIRST_LOOK_MS: Readonly<Record<string, number>> = {
  change_protection: 500,
  create_server: 5000,
  // It boots meanwhile, which takes longer.
  start_server: 4500,
  create_image: 20_000,
}
/** Of all others, such as switching off or deleting a server. */
const OTHER_FIRST_LOOK_MS = 2200

/** No pause is longer. */
export const LONGEST_PAUSE_MS = 20_000

const SHORTEST_MS = 200
/** As long as the progress says nothing. */
const LONGEST_BLIND_MS = 5000
/** However long the progress says that it will take. */
const LONGEST_MS = 12_000

/** Percent. From here on the end may come at any moment. */
const NEARLY_DONE = 90

/** How long to wait before the first look at an action. */
export function firstPauseMs({ command, progress }: Action): number {
  if (progress >= NEARLY_DONE) return SHORTEST_MS
  return FIRST_LOOK_MS[command] ?? OTHER_FIRST_LOOK_MS
}

/** What the last looks have told of an action. */
export interface Course {
  /** How long it has been waited for. */
  readonly ageMs: number
  /** Percent, at the last look that told more than the one before. */
  readonly progress: number
  /** Since then; 0 when it was just now. */
  readonly stillMs: number
}

/** How long to wait before another look. */
export function nextPauseMs({ ageMs, progress, stillMs }: Course): number {
  if (stillMs === 0 && progress > 0) {
    const leftMs = (ageMs * (100 - progress)) / progress
    // A little late rather than a little early, which would take one more look.
    return clamp(leftMs + ageMs * 0.01 + 100, Math.min(ageMs, LONGEST_MS))
  }
  // Nothing is known but that it takes longer: of that a share is lost at most.
  return clamp(progress >= NEARLY_DONE ? stillMs : ageMs * 0.4, LONGEST_BLIND_MS)
}

const clamp = (ms: number, longest: number): number => Math.max(SHORTEST_MS, Math.min(longest, ms))

/**
 * Looks of several are brought together, since one request can ask for many.
 * @param dueMs when the first of them should be looked at
 * @param waiting how many are waited for
 * @returns when all those that are due by then are looked at
 */
export function gather(dueMs: number, waiting: number): number {
  const everyMs = waiting === 1 ? 1 : Math.max(250, waiting * 10)
  return Math.ceil(dueMs / everyMs) * everyMs
}

/** An action, and when it should be looked at. */
export interface Look {
  readonly id: number
  readonly lookAt: number
}

/** Most IDs that one request may ask for (the API's page limit). */
const BATCH = 50

/** The IDs of all that are due; where there is room for more in a request, those that come next are taken along. */
export function chooseBatches(looks: Iterable<Look>, at: number): number[][] {
  const sorted = [...looks].sort((a, b) => a.lookAt - b.lookAt)
  const ids = [...new Set(sorted.map(({ id }) => id))]
  const due = new Set(sorted.filter(({ lookAt }) => lookAt <= at).map(({ id }) => id)).size
  const starts = Array.from({ length: Math.ceil(due / BATCH) }, (_, index) => index * BATCH)
  return starts.map((start) => ids.slice(start, start + BATCH))
}
