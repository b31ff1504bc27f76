/** The plan of a boot test alone, of a snapshot that is there, whatever made it. */

import type { Snapshot } from '../hetzner/snapshot.ts'
import type { Pricing } from '../hetzner/wire.ts'
import { rankBootPlacements } from './boot-test.ts'
import { costOf } from './cost.ts'
import { roleOf, schematicIdOf } from './labels.ts'
import type { Offers } from './placement-input.ts'
import type { Plan, PlannedImage } from './plan.ts'
import { talosVersionOf } from './series.ts'
import type { ServerSettings } from './server-settings.ts'

/**
 * What was found out for it.
 * @internal
 */
export interface SnapshotFacts extends Offers {
  readonly pricing: Pricing | undefined
  readonly server: ServerSettings
  /** Where its server is best; anywhere is as good when it is undefined. */
  readonly location: string | undefined
}

/**
 * What its labels and its description say of it is what Talos is held against.
 * @internal
 */
export function planSnapshot(snapshot: Snapshot, facts: SnapshotFacts): Plan {
  const { id, architecture, labels, description, disk_size: diskGb } = snapshot
  const { server, pricing, location = '' } = facts
  const { networkZones } = server
  const placements = rankBootPlacements({ architecture, diskGb, location, networkZones, only: undefined }, facts)
  const talosVersion = talosVersionOf(snapshot) ?? ''
  const preferred = { value: location, origin: { kind: 'default' } } as const
  const image: PlannedImage = {
    name: `snapshot ${id}`,
    architecture,
    role: roleOf(labels),
    talosVersion,
    source: { kind: 'template' },
    sourceFacts: { compression: 'none', transferBytes: undefined, rawBytes: undefined },
    sha256: undefined,
    schematicId: schematicIdOf(labels),
    schematicFile: undefined,
    installer: undefined,
    identity: undefined,
    description,
    labels,
    placements: [],
    preferred: { serverType: preferred, location: preferred },
    ssh: { port: undefined, timeoutMs: undefined },
    server,
    bootTest: { placements, only: undefined },
    force: false,
    existing: snapshot,
    older: undefined,
    replaces: [],
    evenInUse: false,
    notes: [],
  }
  return { talosVersion, images: [image], cost: costOf([image], pricing), warnings: [], unpublished: [] }
}
