/** The result of a run in the format of Packer's manifest post-processor, as of Packer 1.6.6. */

import { createHash } from 'node:crypto'
import * as v from 'valibot'
import { packerSource } from './image-names.ts'
import type { ProjectResult } from './projects.ts'
import type { ResultSnapshot } from './result.ts'

/** A build in the manifest, with its fields in Packer's order. */
type PackerBuild = {
  /** The source in the template, such as `talos-arm`. */
  readonly name: string
  readonly builder_type: 'hcloud'
  /** When the snapshot was created, in epoch seconds. */
  readonly build_time: number
  readonly files: null
  /** The snapshot's ID. */
  readonly artifact_id: string
  readonly packer_run_uuid: string
  /** Packer's field for the user's own data. */
  readonly custom_data: Readonly<Record<string, string>>
}

/** Needed because valibot accepts a list as an object. */
const notList = (message: string) => v.check((value: unknown) => !Array.isArray(value), message)
const NO_OBJECT = 'is not an object'
const NO_BUILD = 'holds a build that is not an object'

/** The structure that a file must have to be added to; other fields are kept. */
const PackerManifest = v.pipe(
  v.unknown(),
  notList(NO_OBJECT),
  v.looseObject(
    {
      builds: v.nullish(
        v.array(
          v.pipe(v.unknown(), notList(NO_BUILD), v.looseObject({}, NO_BUILD)),
          'has `builds` that are not a list',
        ),
        [],
      ),
      last_run_uuid: v.optional(v.string('has a `last_run_uuid` that is not a string')),
    },
    NO_OBJECT,
  ),
)
export type PackerManifest = v.InferOutput<typeof PackerManifest>

/**
 * Parses a manifest that Packer or an earlier run has written. An empty text is an empty manifest, as for Packer.
 * @returns the manifest, or what is wrong with the text, such as `is not JSON`
 */
export function parsePackerManifest(text: string): PackerManifest | string {
  if (text.trim() === '') return { builds: [] }
  const { success, output, issues } = v.safeParse(
    v.pipe(v.string(), v.parseJson({}, 'is not JSON'), PackerManifest),
    text,
  )
  return success ? output : issues[0].message
}

/** The manifest with the snapshots of a run added; unchanged when there are none. */
export function addToPackerManifest(
  manifest: PackerManifest,
  { run, runs = [], snapshots }: Pick<ProjectResult, 'run' | 'runs' | 'snapshots'>,
): PackerManifest {
  if (snapshots.length === 0) return manifest
  const uuid = toUuid(run ?? runs.join(' '))
  const builds = snapshots.map((snapshot) => toPackerBuild(snapshot, uuid))
  return { ...manifest, builds: [...manifest.builds, ...builds], last_run_uuid: uuid }
}

function toPackerBuild(snapshot: ResultSnapshot, uuid: string): PackerBuild {
  const { architecture, role, version, status, selector, installer } = snapshot
  const known = Object.entries({ architecture, role, version, status, selector, installer })
  return {
    name: packerSource(architecture),
    builder_type: 'hcloud',
    build_time: Math.floor(Date.parse(snapshot.created) / 1000),
    files: null,
    artifact_id: String(snapshot.id),
    packer_run_uuid: uuid,
    custom_data: Object.fromEntries(known.flatMap(([key, value]) => (value === null ? [] : [[key, value]]))),
  }
}

/** A UUID (version 8: custom) that is the same for the same run. */
function toUuid(run: string): string {
  const hex = createHash('sha256').update(`talos-image run ${run}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
