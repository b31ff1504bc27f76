/** The documents of runs as they come back, from files and logs: as docs/output.md says. */

import * as v from 'valibot'
import { ARCHITECTURES } from '../domain.ts'
import { ERROR_CODES } from '../errors.ts'
import { BOOT_VERDICTS } from '../run/boot-proof.ts'
import { BUILD_STEPS } from '../run/events.ts'
import { recordOf } from '../util/record.ts'

const Text = v.string()
const TextOrNull = v.nullable(Text)
const NumberOrNull = v.nullable(v.number())
const Labels = recordOf(Text)

/** One of the keys of a table. */
const keyOf = <Key extends string>(table: Readonly<Record<Key, unknown>>) =>
  v.custom<Key>(
    (value) => typeof value === 'string' && Object.hasOwn(table, value),
    'is not one of those that there are',
  )

const At = v.variant('kind', [
  v.object({
    kind: v.literal('file'),
    file: Text,
    line: v.exactOptional(v.number()),
    column: v.exactOptional(v.number()),
  }),
  v.object({ kind: v.picklist(['env', 'flag']), name: Text }),
  v.object({ kind: v.literal('default') }),
])

export const ProblemSchema = v.object({
  // A newer version may know more of them.
  code: v.fallback(keyOf(ERROR_CODES), 'api'),
  message: Text,
  at: v.optional(At),
  hint: v.optional(Text),
})

const BootFact = v.object({ verdict: v.picklist(BOOT_VERDICTS), expected: TextOrNull, found: TextOrNull })
const BootTest = v.object({
  booted: v.boolean(),
  reason: TextOrNull,
  facts: v.nullable(
    v.object({
      version: BootFact,
      architecture: BootFact,
      platform: BootFact,
      schematic: BootFact,
      server: BootFact,
    }),
  ),
  fingerprint: TextOrNull,
  seconds: NumberOrNull,
})

// What a newer version adds stays.
const Snapshot = v.looseObject({
  id: v.number(),
  description: Text,
  labels: Labels,
  architecture: v.picklist(ARCHITECTURES),
  role: TextOrNull,
  version: TextOrNull,
  created: Text,
  sizeGb: NumberOrNull,
  diskGb: v.number(),
  protected: v.boolean(),
  schematic: TextOrNull,
  installer: TextOrNull,
  bootTested: v.optional(TextOrNull, null),
  image: Text,
  status: v.picklist(['built', 'existing', 'older']),
  selector: Text,
  source: v.object({ kind: v.picklist(['factory', 'url', 'file', 'template', 'stdin']), from: TextOrNull }),
  verified: v.boolean(),
  sourceSha256: TextOrNull,
  disk: v.nullable(v.object({ dataBlake2b: Text, bytes: v.number() })),
  hostProof: v.nullable(v.object({ proven: v.boolean(), reason: TextOrNull })),
  bootTest: v.optional(v.nullable(BootTest), null),
  seconds: NumberOrNull,
})

const Failed = v.looseObject({
  image: Text,
  error: ProblemSchema,
  kept: v.exactOptional(v.object({ server: Text, login: Text, remove: Text, until: Text })),
})

const Note = v.object({ after: v.number(), text: Text })
const Timeline = v.object({
  began: v.pipe(Text, v.isoTimestamp('is no time')),
  seconds: v.number(),
  images: v.array(
    v.object({
      image: Text,
      steps: v.array(
        v.object({
          step: keyOf(BUILD_STEPS),
          after: v.number(),
          seconds: v.number(),
          outcome: v.picklist(['done', 'failed', 'interrupted']),
          bytes: NumberOrNull,
        }),
      ),
      servers: v.array(
        v.object({
          name: Text,
          serverType: Text,
          location: Text,
          pricePerHour: NumberOrNull,
          ipv4: v.boolean(),
          after: v.number(),
          seconds: v.number(),
        }),
      ),
      notes: v.array(Note),
    }),
  ),
  notes: v.array(Note),
})

/** What a run came to in one project. */
export const ResultSchema = v.object({
  project: v.exactOptional(Text),
  run: TextOrNull,
  talosVersion: Text,
  inputs: v.exactOptional(
    v.object({
      directory: TextOrNull,
      templates: v.array(Text),
      varFiles: v.array(Text),
      settings: TextOrNull,
      schematics: v.array(Text),
    }),
  ),
  shard: v.exactOptional(v.object({ index: v.number(), count: v.number() })),
  runs: v.exactOptional(v.array(Text)),
  snapshots: v.array(Snapshot),
  failed: v.array(Failed),
  leftovers: v.array(v.object({ name: Text, command: Text, reason: Text })),
  timeline: v.exactOptional(Timeline),
})
