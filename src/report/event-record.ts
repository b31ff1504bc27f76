/** A build's events as JSON, a line each: an interface that scripts rely on, documented in docs/output.md. */

import type { Problem } from '../errors.ts'
import type { Placement } from '../plan/placement.ts'
import type { BuildEvent, BuildStep } from '../run/events.ts'
import type { PlanDocument } from './plan-document.ts'
import type { Outcome } from './result.ts'

/** Seconds are rounded to tenths; what is not known is null. */
export type EventRecord =
  | { readonly type: 'run-started'; readonly run: string; readonly images: readonly string[] }
  | { readonly type: 'image-existing'; readonly image: string; readonly snapshot: number }
  | { readonly type: 'step-started'; readonly image: string; readonly step: BuildStep }
  | { readonly type: 'step-finished'; readonly image: string; readonly step: BuildStep; readonly seconds: number }
  | {
      readonly type: 'progress'
      readonly image: string
      readonly step: BuildStep
      readonly bytes: number
      readonly totalBytes: number | null
    }
  | {
      readonly type: 'server-created'
      readonly image: string
      readonly name: string
      readonly placement: PlacementRecord
      readonly ipv4: boolean
    }
  | {
      readonly type: 'placement-failed'
      readonly image: string
      readonly placement: PlacementRecord
      readonly reason: string
      readonly last: boolean
    }
  | { readonly type: 'note'; readonly image: string | null; readonly text: string }
  | { readonly type: 'image-built'; readonly image: string; readonly snapshot: number; readonly seconds: number }
  | { readonly type: 'image-failed'; readonly image: string; readonly error: Problem; readonly seconds: number }
  | { readonly type: 'removing'; readonly name: string }
  | { readonly type: 'removed'; readonly name: string }
  | { readonly type: 'leftover'; readonly name: string; readonly command: string; readonly reason: string }

type PlacementRecord = Omit<Placement, 'pricePerHour'> & { readonly pricePerHour: number | null }

/**
 * What a build writes, line by line: the plan first, then the events, and in the end the result or an error. Each record
 * says which project it is of, when that was named; then each project has a plan and a result.
 */
export type BuildRecord = { readonly project?: string | undefined } & (
  | ({ readonly type: 'plan' } & PlanDocument)
  | EventRecord
  | ({ readonly type: 'result' } & Outcome)
  | { readonly type: 'error'; readonly problems: readonly Problem[] }
)

/** A record as the line that is written, without its line break. `time` is ISO 8601. */
export function toJsonLine(record: BuildRecord, now: Date): string {
  return JSON.stringify({ time: now.toISOString(), ...record })
}

export function toEventRecord(event: BuildEvent): EventRecord {
  switch (event.type) {
    case 'step-finished':
      return { type: event.type, image: event.image, step: event.step, seconds: toSeconds(event.ms) }
    case 'progress':
      return { ...event, totalBytes: event.totalBytes ?? null }
    case 'server-created':
    case 'placement-failed':
      return { ...event, placement: toPlacementRecord(event.placement) }
    case 'note':
      return { type: event.type, image: event.image ?? null, text: event.text }
    case 'image-built':
      return { type: event.type, image: event.image, snapshot: event.snapshot, seconds: toSeconds(event.ms) }
    case 'image-failed':
      return { type: event.type, image: event.image, error: event.problem, seconds: toSeconds(event.ms) }
    case 'leftover':
      return { type: event.type, ...event.leftover }
    default:
      return event
  }
}

const toSeconds = (ms: number): number => Math.round(ms / 100) / 10

const toPlacementRecord = ({ serverType, location, diskGb, pricePerHour }: Placement): PlacementRecord => ({
  serverType,
  location,
  diskGb,
  pricePerHour: pricePerHour ?? null,
})
