/** The lines of `build --output jsonl`, as docs/output.md promises them: nothing may be missing, and nothing more be there. */

import * as v from 'valibot'
import { BUILD_STEPS } from '../../src/run/events.ts'

const image = v.string()
const snapshot = v.strictObject({ id: v.number() })
/** The steps of a build without a boot test, in their order. */
export const STEPS = Object.keys(BUILD_STEPS).filter((name) => name !== 'boot-test')
const step = v.picklist(Object.keys(BUILD_STEPS))
const seconds = v.pipe(v.number(), v.minValue(0))
const placement = v.strictObject({
  serverType: v.string(),
  location: v.string(),
  diskGb: v.number(),
  pricePerHour: v.nullable(v.number()),
})
/** What is wrong, wherever it stands in a document. */
export const Problem = v.strictObject({
  code: v.string(),
  message: v.string(),
  at: v.optional(v.looseObject({ kind: v.string() })),
  hint: v.optional(v.string()),
})

/** The files that something was read from. */
export const Inputs = v.strictObject({
  directory: v.nullable(v.string()),
  templates: v.array(v.string()),
  varFiles: v.array(v.string()),
  settings: v.nullable(v.string()),
  schematics: v.array(v.string()),
})

const after = seconds
const notes = v.array(v.strictObject({ after, text: v.string() }))

/** When what happened. */
export const Timeline = v.strictObject({
  began: v.pipe(v.string(), v.isoTimestamp()),
  seconds,
  images: v.array(
    v.strictObject({
      image,
      steps: v.array(
        v.strictObject({
          step,
          after,
          seconds,
          outcome: v.picklist(['done', 'failed', 'interrupted']),
          bytes: v.nullable(v.number()),
        }),
      ),
      servers: v.array(
        v.strictObject({
          name: v.string(),
          serverType: v.string(),
          location: v.string(),
          pricePerHour: v.nullable(v.number()),
          ipv4: v.boolean(),
          after,
          seconds,
        }),
      ),
      notes,
    }),
  ),
  notes,
})

/** A line of a type, with these fields. */
const line = <const T extends string, const F extends v.ObjectEntries>(type: T, fields: F) =>
  v.strictObject({ time: v.pipe(v.string(), v.isoTimestamp()), type: v.literal(type), ...fields })

export const BuildLine = v.variant('type', [
  line('plan', {
    talosVersion: v.string(),
    inputs: Inputs,
    images: v.array(v.unknown()),
    cost: v.unknown(),
    warnings: v.array(Problem),
  }),
  line('run-started', { run: v.string(), images: v.array(image) }),
  line('image-existing', { image, snapshot }),
  line('step-started', { image, step }),
  line('step-finished', { image, step, seconds }),
  line('progress', { image, step, bytes: v.number(), totalBytes: v.nullable(v.number()) }),
  line('server-created', { image, name: v.string(), placement, ipv4: v.boolean() }),
  line('placement-failed', { image, placement, code: v.string(), reason: v.string(), last: v.boolean() }),
  line('note', { image: v.nullable(image), text: v.string() }),
  line('image-built', { image, snapshot, seconds }),
  line('image-failed', { image, error: Problem, seconds }),
  line('removing', { name: v.string() }),
  line('removed', { name: v.string() }),
  line('leftover', { name: v.string(), command: v.string(), reason: v.string() }),
  line('result', {
    run: v.string(),
    talosVersion: v.string(),
    inputs: Inputs,
    snapshots: v.array(v.unknown()),
    failed: v.array(v.strictObject({ image, error: Problem })),
    leftovers: v.array(v.strictObject({ name: v.string(), command: v.string(), reason: v.string() })),
    timeline: Timeline,
  }),
  line('error', { problems: v.array(Problem) }),
])
export type BuildLine = v.InferOutput<typeof BuildLine>

/** All lines that a command wrote; each must be one of the above. */
export function parseBuildLines(stdout: string): readonly BuildLine[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((text) => v.parse(BuildLine, JSON.parse(text)))
}
