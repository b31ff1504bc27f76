/** The result of a run: the manifest and the JSON output, documented in docs/output.md. */

import type { Problem } from '../errors.ts'
import type { Plan, PlannedImage } from '../plan/plan.ts'
import { selectorOf } from '../plan/selector.ts'
import type { Shard } from '../plan/shard.ts'
import type { BootFact, BootFactName, BootProof, BootVerdict, NoBootProof } from '../run/boot-proof.ts'
import type { BuildResult, FailedResult, ImageResult } from '../run/result.ts'
import type { Leftover } from '../util/cleanup-scope.ts'
import { redact } from '../util/redact.ts'
import { type SnapshotRecord, toSnapshotRecord } from './snapshot.ts'

/** The source of a snapshot. */
export interface SourceRecord {
  readonly kind: PlannedImage['source']['kind']
  /** A URL or a path; null for standard input, for a Packer template's own source, and for an older snapshot. */
  readonly from: string | null
}

export interface ResultSnapshot extends SnapshotRecord {
  /** The name of the image in the plan and in events, such as `x86 worker`. */
  readonly image: string
  /** `built` in this run, `existing` before it, or `older`: nothing was in stock, and this one stands in (`--allow-older`). */
  readonly status: 'built' | 'existing' | 'older'
  /** The selector that finds it: the snapshots of its series and version, and no others. */
  readonly selector: string
  readonly source: SourceRecord
  /** Whether the disk was read back and compared before the snapshot was taken; Packer does not. */
  readonly verified: boolean
  /** SHA-256 of the source as it was transferred; null unless it was built, and with Packer. */
  readonly sourceSha256: string | null
  /**
   * BLAKE2b of the disk's data, as written and as read back (docs/output.md says of what exactly), and the size of the disk in
   * bytes; null unless it was built, and with Packer.
   */
  readonly disk: { readonly dataBlake2b: string; readonly bytes: number } | null
  /**
   * Whether the build server proved that it is the one of the API, and why not; null unless it was built.
   */
  readonly hostProof: { readonly proven: boolean; readonly reason: string | null } | null
  /** The boot test of this run; null when there was none. */
  readonly bootTest: BootTestRecord | null
  /** How long the build took, in seconds; null unless it was built. */
  readonly seconds: number | null
}

/** A boot test. */
export interface BootTestRecord {
  /** Whether Talos came up; false when no server was in stock, and the snapshot was to be published all the same. */
  readonly booted: boolean
  /** Why it was not booted; null when it was. */
  readonly reason: string | null
  /** What Talos told of itself, each with what it should be; null when it was not booted. */
  readonly facts: Readonly<Record<BootFactName, BootFactRecord>> | null
  /** SHA-256 of the public key of its certificate in base64, as Talos prints it on its console. */
  readonly fingerprint: string | null
  /** From power-on until it answered. */
  readonly seconds: number | null
}

/** A fact of a boot test; `expected` is null when there was nothing to hold it against, `found` when it could not be read. */
export interface BootFactRecord {
  readonly verdict: BootVerdict
  readonly expected: string | null
  readonly found: string | null
}

/** An image that could not be built, and its server, if that was kept to be looked at. */
export interface FailedImage {
  readonly image: string
  readonly error: Problem
  readonly kept?: KeptRecord
}

/** A server that was kept. */
export interface KeptRecord {
  /** Its name. */
  readonly server: string
  /** The command that logs in. */
  readonly login: string
  /** The command that removes it. */
  readonly remove: string
  /** Until when it is kept, as ISO 8601; a later run removes it then. */
  readonly until: string
}

/** The result of a run, for scripts: the manifest. */
export interface ResultDocument {
  readonly run: string
  readonly talosVersion: string
  /** The files that decided what was built; missing in the library. */
  readonly inputs?: Plan['inputs']
  /** The part of the images that it is of; missing when it is of all. */
  readonly shard?: Shard
  readonly snapshots: readonly ResultSnapshot[]
  readonly failed: readonly FailedImage[]
  readonly leftovers: readonly Leftover[]
}

/** The result of a run in one project; `run` is null when the run could not begin. */
export type Outcome = { readonly run: string | null } & Omit<ResultDocument, 'run'>

/**
 * The document of a run.
 * @param talosVersion as resolved
 * @param factoryUrl the Image Factory that installer references name
 */
export function toResultDocument(result: BuildResult, talosVersion: string, factoryUrl: string): ResultDocument {
  return {
    run: result.run,
    talosVersion,
    snapshots: result.images.flatMap((image) => toResultSnapshot(image, factoryUrl)),
    failed: result.images.flatMap((image) => (image.status === 'failed' ? [toFailedImage(image, result.run)] : [])),
    leftovers: result.leftovers,
  }
}

function toFailedImage({ image, problem, kept }: FailedResult, run: string): FailedImage {
  const failed = { image: image.name, error: problem }
  if (kept === undefined) return failed
  const { name: server, login, untilMs } = kept
  const remove = `talos-image cleanup --run ${run}`
  return { ...failed, kept: { server, login, remove, until: new Date(untilMs).toISOString() } }
}

function toResultSnapshot(result: ImageResult, factoryUrl: string): ResultSnapshot[] {
  if (result.status === 'failed') return []
  const { image, snapshot, status } = result
  const record = toSnapshotRecord(snapshot, factoryUrl)
  const common = {
    ...record,
    image: image.name,
    installer: image.installer ?? record.installer,
    // An older one, and one of Packer's, may have other labels than what was asked for.
    selector: selectorOf(snapshot.labels),
    source: toSourceRecord(image),
  }
  if (result.status !== 'built') {
    // What was asked for is not what an older one holds.
    const { source, installer } = status === 'older' ? { ...record, source: { ...common.source, from: null } } : common
    const unread = { verified: true, sourceSha256: null, disk: null, hostProof: null, seconds: null }
    const bootTest = toBootTestRecord(result.boot)
    return [{ ...common, ...unread, bootTest, status: result.status, source, installer }]
  }
  const { written, unproven, ms } = result
  return [
    {
      ...common,
      status: result.status,
      verified: written !== undefined,
      sourceSha256: written?.sourceSha256 ?? null,
      disk: written === undefined ? null : { dataBlake2b: written.dataHash, bytes: written.diskBytes },
      hostProof: { proven: unproven === undefined, reason: unproven ?? null },
      bootTest: toBootTestRecord(result.boot),
      seconds: Math.round(ms / 100) / 10,
    },
  ]
}

function toBootTestRecord(boot: BootProof | NoBootProof | undefined): BootTestRecord | null {
  if (boot === undefined) return null
  if ('reason' in boot) return { booted: false, reason: boot.reason, facts: null, fingerprint: null, seconds: null }
  const toRecord = ({ verdict, expected, found }: BootFact): BootFactRecord => ({
    verdict,
    expected: expected ?? null,
    found: found ?? null,
  })
  const { version, architecture, platform, schematic, server } = boot.facts
  return {
    booted: true,
    reason: null,
    facts: {
      version: toRecord(version),
      architecture: toRecord(architecture),
      platform: toRecord(platform),
      schematic: toRecord(schematic),
      server: toRecord(server),
    },
    fingerprint: boot.fingerprint,
    seconds: Math.round(boot.ms / 100) / 10,
  }
}

/** The source of an image, as it is shown and written. */
export function toSourceRecord({ source }: PlannedImage): SourceRecord {
  switch (source.kind) {
    case 'factory':
    case 'url':
      return { kind: source.kind, from: redact(source.url) }
    case 'file':
      return { kind: 'file', from: source.path }
    case 'template':
    case 'stdin':
      return { kind: source.kind, from: null }
  }
}
