/** A snapshot as the answer to Terraform's `external` data source: an interface, documented in docs/terraform.md. */

import { NO_ROLE } from '../domain.ts'
import type { Image } from '../hetzner/wire.ts'
import { toSnapshotRecord } from './snapshot.ts'

/** The protocol knows only text; what is not known is empty. */
export type ExternalAnswer = Readonly<Record<string, string>>

/** @param selector that the snapshot was found by @param factoryUrl the Image Factory that the installer names */
export function toExternalAnswer(image: Image, selector: string, factoryUrl: string): ExternalAnswer {
  const { id, description, architecture, role, version, created, diskGb, schematic, installer } = toSnapshotRecord(
    image,
    factoryUrl,
  )
  return {
    image_id: String(id),
    selector,
    architecture,
    role: role ?? NO_ROLE,
    talos_version: version ?? '',
    schematic: schematic ?? '',
    installer: installer ?? '',
    description,
    created,
    disk_gb: String(diskGb),
  }
}
