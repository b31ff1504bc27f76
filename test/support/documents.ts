/** The documents of `--output json`, a schema for each command, as docs/output.md promises them: nothing missing, and nothing more. */

import * as v from 'valibot'
import { Inputs, Problem, Timeline } from './build-line.ts'

export const Hex = (digits: number) => v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${digits}}$`)))
const id = v.number()
const name = v.string()
const Labels = v.record(v.string(), v.string())
const Architecture = v.picklist(['arm', 'x86'])
const TextOrNull = v.nullable(v.string())
const NumberOrNull = v.nullable(v.number())
const Time = v.pipe(v.string(), v.isoTimestamp())
const Named = v.strictObject({ id, name })
const Extensions = v.array(v.strictObject({ name }))

const SNAPSHOT = {
  id,
  description: v.string(),
  labels: Labels,
  architecture: Architecture,
  role: TextOrNull,
  version: TextOrNull,
  created: Time,
  sizeGb: NumberOrNull,
  diskGb: v.number(),
  protected: v.boolean(),
  schematic: v.nullable(Hex(64)),
  installer: TextOrNull,
  bootTested: TextOrNull,
} as const
const Snapshot = v.strictObject(SNAPSHOT)
const Reference = v.strictObject({ id, description: v.string() })

const Leftovers = v.array(v.strictObject({ name, command: v.string(), reason: v.string() }))
const Temporary = v.strictObject({
  kind: v.picklist(['server', 'SSH key', 'snapshot']),
  id,
  name,
  run: v.string(),
  leaseUntil: v.nullable(Time),
  abandoned: v.boolean(),
  kept: v.boolean(),
})
const SOURCE = { kind: v.picklist(['factory', 'url', 'file', 'template', 'stdin']), from: TextOrNull } as const

/** What went wrong although there is a result. */
const error = v.optional(v.strictObject({ problems: v.array(Problem) }))

const BootFact = v.strictObject({
  verdict: v.picklist(['proven', 'contradicted', 'unreadable']),
  expected: TextOrNull,
  found: TextOrNull,
})
const BootTest = v.strictObject({
  booted: v.boolean(),
  reason: TextOrNull,
  facts: v.nullable(
    v.strictObject({
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

/** The part of the images that it is of. */
const SHARD = { shard: v.optional(v.strictObject({ index: v.number(), count: v.number() })) } as const

export const Run = v.strictObject({
  project: v.optional(v.string()),
  run: TextOrNull,
  runs: v.optional(v.array(v.string())),
  talosVersion: v.string(),
  inputs: Inputs,
  ...SHARD,
  snapshots: v.array(
    v.strictObject({
      ...SNAPSHOT,
      image: v.string(),
      status: v.picklist(['built', 'existing', 'older']),
      selector: v.string(),
      source: v.strictObject(SOURCE),
      verified: v.boolean(),
      sourceSha256: v.nullable(Hex(64)),
      hostProof: v.nullable(v.strictObject({ proven: v.boolean(), reason: TextOrNull })),
      disk: v.nullable(v.strictObject({ dataBlake2b: Hex(128), bytes: v.number() })),
      bootTest: v.nullable(BootTest),
      seconds: NumberOrNull,
    }),
  ),
  failed: v.array(
    v.strictObject({
      image: v.string(),
      error: Problem,
      kept: v.optional(v.strictObject({ server: name, login: v.string(), remove: v.string(), until: Time })),
    }),
  ),
  leftovers: Leftovers,
  timeline: Timeline,
})

const Placement = v.strictObject({
  serverType: v.string(),
  location: v.string(),
  diskGb: v.number(),
  pricePerHour: v.optional(NumberOrNull),
})

export const Plan = v.strictObject({
  project: v.optional(v.string()),
  talosVersion: v.string(),
  inputs: Inputs,
  ...SHARD,
  images: v.array(
    v.strictObject({
      image: v.string(),
      architecture: Architecture,
      role: TextOrNull,
      action: v.picklist(['build', 'skip']),
      existing: v.nullable(Reference),
      replaces: v.array(Reference),
      description: v.string(),
      labels: Labels,
      identity: v.nullable(Hex(40)),
      schematic: v.nullable(Hex(64)),
      installer: TextOrNull,
      source: v.strictObject({
        ...SOURCE,
        compression: v.string(),
        transferBytes: NumberOrNull,
        rawBytes: NumberOrNull,
      }),
      placements: v.array(Placement),
      bootTest: v.nullable(v.strictObject({ placements: v.array(Placement) })),
      server: v.strictObject({
        image: v.string(),
        labels: Labels,
        firewalls: v.array(Named),
        networks: v.array(Named),
        ipv4: v.boolean(),
        ipv6: v.boolean(),
        sshOver: v.picklist(['ipv4', 'ipv6', 'private']),
        downloadProxy: TextOrNull,
      }),
      notes: v.array(v.string()),
    }),
  ),
  cost: v.strictObject({ currency: TextOrNull, build: NumberOrNull, snapshotsPerMonth: NumberOrNull }),
  warnings: v.array(Problem),
})

const SERIES = { series: Labels } as const

/** By command, as it is called. */
export const DOCUMENTS = {
  build: Run,
  plan: Plan,
  'merge-results': Run,
  // It reads no files.
  'boot-test': v.omit(Run, ['inputs']),
  list: v.strictObject({ snapshots: v.array(Snapshot) }),
  show: v.strictObject({ snapshot: Snapshot, servers: v.array(Named) }),
  outdated: v.strictObject({
    snapshots: v.array(v.strictObject({ ...SNAPSHOT, ...SERIES, newerPatch: TextOrNull, newerMinor: TextOrNull })),
  }),
  select: v.strictObject({ selected: Snapshot, others: v.array(Snapshot), warnings: v.array(Problem) }),
  versions: v.strictObject({ versions: v.array(v.strictObject({ version: v.string() })) }),
  extensions: v.strictObject({
    talosVersion: v.string(),
    extensions: v.array(v.looseObject({ name, description: v.string() })),
  }),
  doctor: v.strictObject({
    ok: v.boolean(),
    inputs: Inputs,
    checks: v.array(
      v.strictObject({
        name,
        status: v.picklist(['ok', 'warning', 'failed', 'skipped']),
        message: v.string(),
        hint: TextOrNull,
      }),
    ),
  }),
  protect: v.strictObject({ protected: v.array(Snapshot), error }),
  unprotect: v.strictObject({ unprotected: v.array(Snapshot), error }),
  delete: v.strictObject({ deleted: v.array(Snapshot), error }),
  prune: v.strictObject({
    snapshots: v.array(
      v.strictObject({
        ...SNAPSHOT,
        ...SERIES,
        servers: v.array(Named),
        goes: v.boolean(),
        reason: v.string(),
      }),
    ),
    deleted: v.array(Snapshot),
    currency: TextOrNull,
    error,
  }),
  cleanup: v.strictObject({ found: v.array(Temporary), removed: v.array(Temporary), leftovers: Leftovers }),
  'schematic id': v.strictObject({ id: Hex(64), canonical: v.string() }),
  'schematic check': v.strictObject({
    talosVersion: v.string(),
    schematics: v.array(v.strictObject({ file: v.string(), id: v.nullable(Hex(64)), extensions: Extensions })),
    error,
  }),
  'schematic push': v.strictObject({ id: Hex(64), computed: v.nullable(Hex(64)), factory: v.string() }),
  'schematic show': v.strictObject({ id: Hex(64), canonical: v.string(), factory: v.string() }),
  init: v.strictObject({
    directory: v.string(),
    files: v.array(v.string()),
    talosVersion: v.string(),
    architectures: v.array(Architecture),
    location: TextOrNull,
    extensions: Extensions,
  }),
} as const satisfies Readonly<Record<string, v.GenericSchema>>
export type Documented = keyof typeof DOCUMENTS

/** The document that a command has printed. @throws when it is another one than was promised */
export function parseDocument<Command extends Documented>(
  command: Command,
  stdout: string,
): v.InferOutput<(typeof DOCUMENTS)[Command]> {
  return v.parse(DOCUMENTS[command], JSON.parse(stdout))
}
