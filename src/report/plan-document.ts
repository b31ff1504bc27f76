/** A plan as JSON, documented in docs/output.md. */

import type { Labels, Role, SshOver } from '../domain.ts'
import type { Problem } from '../errors.ts'
import type { Placement } from '../plan/placement.ts'
import type { Plan } from '../plan/plan.ts'
import type { ServerSettings } from '../plan/server-settings.ts'
import { type SourceRecord, toSourceRecord } from './result.ts'

export interface PlanDocument {
  readonly talosVersion: string
  readonly images: readonly {
    readonly image: string
    readonly architecture: string
    readonly role: Role | null
    readonly action: 'build' | 'skip'
    /** The snapshot that makes building needless. */
    readonly existing: number | null
    readonly replaces: readonly number[]
    readonly description: string
    readonly labels: Labels
    readonly identity: string | null
    readonly schematic: string | null
    readonly installer: string | null
    readonly source: SourceRecord & {
      readonly compression: string
      readonly transferBytes: number | null
      readonly rawBytes: number | null
    }
    readonly placements: readonly Placement[]
    readonly server: ServerRecord
    readonly notes: readonly string[]
  }[]
  /** Net prices; null when the API names none. */
  readonly cost: {
    readonly currency: string
    readonly build: number | null
    readonly snapshotsPerMonth: number | null
  }
  readonly warnings: readonly Problem[]
}

/** What the build server is beside its placement; firewalls and networks by their IDs. */
interface ServerRecord {
  readonly image: string
  readonly labels: Labels
  readonly firewalls: readonly number[]
  readonly networks: readonly number[]
  readonly ipv4: boolean
  readonly ipv6: boolean
  readonly sshOver: SshOver
}

function toServerRecord({
  systemImage,
  labels,
  firewallIds,
  networkIds,
  ipv4,
  ipv6,
  sshOver,
}: ServerSettings): ServerRecord {
  return { image: systemImage, labels, firewalls: firewallIds, networks: networkIds, ipv4, ipv6, sshOver }
}

export function toPlanDocument(plan: Plan): PlanDocument {
  return {
    talosVersion: plan.talosVersion,
    images: plan.images.map((image) => ({
      image: image.name,
      architecture: image.architecture,
      role: image.role ?? null,
      action: image.existing === undefined ? 'build' : 'skip',
      existing: image.existing?.id ?? null,
      replaces: image.replaces.map(({ id }) => id),
      description: image.description,
      labels: image.labels,
      identity: image.identity ?? null,
      schematic: image.schematicId ?? null,
      installer: image.installer ?? null,
      source: {
        ...toSourceRecord(image),
        compression: image.sourceFacts.compression,
        transferBytes: image.sourceFacts.transferBytes ?? null,
        rawBytes: image.sourceFacts.rawBytes ?? null,
      },
      placements: image.placements,
      server: toServerRecord(image.server),
      notes: image.notes,
    })),
    cost: {
      currency: plan.cost.currency,
      build: plan.cost.build ?? null,
      snapshotsPerMonth: plan.cost.snapshotsPerMonth ?? null,
    },
    warnings: plan.warnings,
  }
}
