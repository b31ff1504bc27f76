/** A snapshot as it is shown and written: an interface that scripts rely on, documented in docs/output.md. */

import type { Architecture, Labels, Role } from '../domain.ts'
import { installerReference } from '../factory/asset.ts'
import type { Snapshot } from '../hetzner/snapshot.ts'
import { BOOT_TESTED_LABEL, roleOf, schematicIdOf } from '../plan/labels.ts'
import { talosVersionOf } from '../plan/series.ts'

/** A snapshot in the terms of this tool. */
export interface SnapshotRecord {
  readonly id: number
  readonly description: string
  readonly labels: Labels
  readonly architecture: Architecture
  /** null for a generic image */
  readonly role: Role | null
  /** The Talos version, with its `v`, from a label or the description; null when neither tells it. */
  readonly version: string | null
  /** ISO 8601 */
  readonly created: string
  /** GB, as billed; null while the snapshot is being created */
  readonly sizeGb: number | null
  /** GB; servers made from it need at least this disk */
  readonly diskGb: number
  /** Whether it is protected against deletion. */
  readonly protected: boolean
  readonly schematic: string | null
  /** The installer that belongs to it; null when its schematic is unknown. */
  readonly installer: string | null
  /** What its boot test has read, a version or `talos`; null when it has not proven to boot. */
  readonly bootTested: string | null
}

/** A snapshot where no more than which one it is matters. */
export const toReference = ({ id, description }: Pick<Snapshot, 'id' | 'description'>) => ({ id, description })

/** @param factoryUrl the Image Factory that the installer reference names */
export function toSnapshotRecord(image: Snapshot, factoryUrl: string): SnapshotRecord {
  const schematicId = schematicIdOf(image.labels)
  const version = talosVersionOf(image)
  return {
    id: image.id,
    description: image.description,
    labels: image.labels,
    architecture: image.architecture,
    role: roleOf(image.labels) ?? null,
    version: version ?? null,
    created: image.created,
    sizeGb: image.image_size,
    diskGb: image.disk_size,
    protected: image.protection.delete,
    schematic: schematicId ?? null,
    bootTested: image.labels[BOOT_TESTED_LABEL] ?? null,
    installer:
      schematicId === undefined || version === undefined
        ? null
        : installerReference(factoryUrl, { schematicId, talosVersion: version }),
  }
}

/**
 * A snapshot as the result of Terraform's `external` data source, documented in docs/terraform.md. That protocol knows
 * only text; what is not known is empty.
 * @param selector that the snapshot was found by
 * @param factoryUrl the Image Factory that the installer reference names
 */
export function toExternalResult(
  image: Snapshot,
  selector: string,
  factoryUrl: string,
): Readonly<Record<string, string>> {
  const record = toSnapshotRecord(image, factoryUrl)
  return {
    image_id: String(record.id),
    selector,
    architecture: record.architecture,
    role: record.role ?? 'none',
    talos_version: record.version ?? '',
    schematic: record.schematic ?? '',
    installer: record.installer ?? '',
    description: record.description,
    created: record.created,
    disk_gb: String(record.diskGb),
  }
}
