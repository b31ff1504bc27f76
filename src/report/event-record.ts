/** A build as JSON lines: an interface that scripts rely on, documented in docs/output.md. */

import type { Problem } from '../errors.ts'
import type { BuildEvent } from '../run/events.ts'
import { safeJson } from '../util/printable.ts'
import type { PlanDocument } from './plan-document.ts'
import type { Outcome } from './result.ts'

/**
 * A line of a build: first the plan, then the events, and at the end the result or an error. In a build of named
 * projects each line names its project, and each project has a plan and a result.
 */
export type BuildRecord = { readonly project?: string | undefined } & (
  | ({ readonly type: 'plan' } & PlanDocument)
  | EventRecord
  | ({ readonly type: 'result' } & Outcome)
  | { readonly type: 'error'; readonly problems: readonly Problem[] }
)

/** A record as a line without its line break. `time` is ISO 8601. */
export function toJsonLine(record: BuildRecord, now: Date): string {
  return safeJson({ time: now.toISOString(), ...record })
}

/** A build event as it is written: seconds are rounded to tenths; what is not known is null. */
export type EventRecord = ReturnType<typeof toEventRecord>

/** An event as it is written. Milliseconds become seconds. */
export function toEventRecord(event: BuildEvent) {
  switch (event.type) {
    case 'step-finished':
      return { type: event.type, image: event.image, step: event.step, seconds: toSeconds(event.ms) }
    case 'progress':
      return { ...event, totalBytes: event.totalBytes ?? null }
    case 'server-created':
    case 'placement-failed':
      return { ...event, placement: { ...event.placement, pricePerHour: event.placement.pricePerHour ?? null } }
    case 'note':
      return { type: event.type, image: event.image ?? null, text: event.text }
    case 'image-existing':
      return { type: event.type, image: event.image, snapshot: { id: event.snapshot } }
    case 'image-built':
      return { type: event.type, image: event.image, snapshot: { id: event.snapshot }, seconds: toSeconds(event.ms) }
    case 'image-failed':
      return { type: event.type, image: event.image, error: event.problem, seconds: toSeconds(event.ms) }
    case 'leftover':
      return { type: event.type, ...event.leftover }
    default:
      return event
  }
}

const toSeconds = (ms: number): number => Math.round(ms / 100) / 10
