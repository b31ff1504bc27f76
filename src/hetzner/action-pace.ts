/** When to poll running actions: rarely, but soon after their end. Pure; all times are milliseconds. */

import type { Action } from './wire.ts'

/** How long to wait before the first poll, by command: about as long as actions take on small servers. */
const FIRST_LOOK_MS: Readonly<Record<string, number>> = {
  change_protection: 500,
  create_server: 8200,
  // Only its failure matters: otherwise the server answers by then.
  start_server: 25_000,
  create_image: 20_000,
}
/** For all other commands, such as powering off or deleting a server. */
const OTHER_FIRST_LOOK_MS = 2200

/** No pause is longer. */
export const LONGEST_PAUSE_MS = 30_000

const SHORTEST_MS = 200
/** The longest pause while the progress does not change. */
const LONGEST_BLIND_MS = 5000
/** The longest pause that is estimated from the progress. */
const LONGEST_MS = 25_000

/** Percent. From here on the action may end at any moment. */
const NEARLY_DONE = 90

/** Times of the API are whole seconds. */
const ROUNDING_MS = 500

/**
 * How long to wait before an action is polled first.
 * @param lastMs how long the last one with this command took, where one was seen
 */
export function firstPauseMs({ command, progress }: Action, lastMs?: number): number {
  if (progress >= NEARLY_DONE) return SHORTEST_MS
  if (lastMs !== undefined) return clamp(lastMs + ROUNDING_MS, LONGEST_MS)
  return FIRST_LOOK_MS[command] ?? OTHER_FIRST_LOOK_MS
}

/** How long an action took that has ended. @param ageMs how long it was waited for, which is no less */
export function durationMs({ started, finished }: Action, ageMs: number): number {
  const ms = Date.parse(finished ?? '') - Date.parse(started ?? '')
  return ms >= 0 ? Math.min(ms, ageMs) : ageMs
}

/** What is known of an action from the last polls. */
export interface Course {
  /** How long the wait has taken so far. */
  readonly ageMs: number
  /** Percent. */
  readonly progress: number
  /** How long ago the progress changed; 0 when the last poll showed it. */
  readonly stillMs: number
}

/** How long to wait before the next poll, and whether the action should have ended by then, as its progress tells. */
export function nextPause({ ageMs, progress, stillMs }: Course): { ms: number; isEnd: boolean } {
  if (stillMs === 0 && progress > 0) {
    // Slightly late, since a poll that is too early needs another one.
    const leftMs = (ageMs * (100 - progress)) / progress + ageMs * 0.01 + 100
    const ms = clamp(leftMs, Math.min(ageMs * 1.25, LONGEST_MS))
    return { ms, isEnd: ms >= leftMs }
  }
  // Nothing more is known, so the pause is a share of the time so far.
  return { ms: clamp(progress >= NEARLY_DONE ? stillMs : ageMs * 0.4, LONGEST_BLIND_MS), isEnd: false }
}

const clamp = (ms: number, longest: number): number => Math.max(SHORTEST_MS, Math.min(longest, ms))

/**
 * Delays a poll so that one request covers several actions.
 * @param dueMs when the first action is due
 * @param waiting the number of waits
 * @returns when to poll all actions that are due by then
 */
export function gather(dueMs: number, waiting: number): number {
  const everyMs = waiting === 1 ? 1 : Math.max(250, waiting * 10)
  return Math.ceil(dueMs / everyMs) * everyMs
}

/** An action, and when it should be polled. */
export interface Look {
  readonly id: number
  readonly lookAt: number
}

/** How many IDs a request may ask for (the API's page limit). */
const BATCH = 50

/** The IDs of all actions that are due, in batches. A batch is filled up with those that are due next. */
export function chooseBatches(looks: Iterable<Look>, at: number): number[][] {
  const sorted = [...looks].sort((a, b) => a.lookAt - b.lookAt)
  const ids = [...new Set(sorted.map(({ id }) => id))]
  const due = new Set(sorted.filter(({ lookAt }) => lookAt <= at).map(({ id }) => id)).size
  const starts = Array.from({ length: Math.ceil(due / BATCH) }, (_, index) => index * BATCH)
  return starts.map((start) => ids.slice(start, start + BATCH))
}
