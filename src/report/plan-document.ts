/** A plan as JSON: an interface that scripts rely on, documented in docs/output.md. */

import { isToDo, type Plan } from '../plan/plan.ts'
import type { ServerSettings } from '../plan/server-settings.ts'
import { toSourceRecord } from './result.ts'
import { toReference } from './snapshot.ts'

export type PlanDocument = ReturnType<typeof toPlanDocument>

/** The document of a plan. Prices are net; what is not known is null. */
export function toPlanDocument(plan: Plan) {
  return {
    talosVersion: plan.talosVersion,
    /** null for a request that a program made by itself. */
    inputs: plan.inputs ?? null,
    ...(plan.shard === undefined ? {} : { shard: plan.shard }),
    images: plan.images.map((image) => ({
      image: image.name,
      architecture: image.architecture,
      role: image.role ?? null,
      action:
        image.existing === undefined ? ('build' as const) : isToDo(image) ? ('boot-test' as const) : ('skip' as const),
      /** The snapshot that makes a build unnecessary. */
      existing: image.existing === undefined ? null : toReference(image.existing),
      replaces: image.replaces.map(toReference),
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
      /** Where the snapshot is booted, as far as that is known now; null when it is not to be. */
      bootTest: image.bootTest === undefined ? null : { placements: image.bootTest.placements },
      server: toServerRecord(image.server),
      notes: image.notes,
    })),
    cost: {
      currency: plan.cost.currency ?? null,
      build: plan.cost.build ?? null,
      snapshotsPerMonth: plan.cost.snapshotsPerMonth ?? null,
    },
    warnings: plan.warnings,
  }
}

/** What a build server is beside its placement. */
function toServerRecord({ systemImage, firewallIds, networkIds, ...rest }: ServerSettings) {
  const named = (ids: readonly number[], names: readonly string[]) =>
    ids.map((id, index) => ({ id, name: names[index] ?? null }))
  const { labels, ipv4, ipv6, sshOver } = rest
  const downloadProxy = rest.downloadProxy?.url ?? null
  return {
    image: systemImage,
    labels,
    firewalls: named(firewallIds, rest.firewallNames),
    networks: named(networkIds, rest.networkNames),
    ipv4,
    ipv6,
    sshOver,
    downloadProxy,
  }
}
