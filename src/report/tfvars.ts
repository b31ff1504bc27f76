/** The result of a run as Terraform variables: an interface, documented in docs/terraform.md. */

import { ARCHITECTURES, HCLOUD_TALOS_ROLES } from '../domain.ts'
import { terraformKey, terraformRole } from './image-names.ts'
import type { ResultDocument, ResultSnapshot } from './result.ts'
import { versionedSelector } from './terraform.ts'

/** Variables by name; IDs are strings, as servers and modules expect them. */
export type TfvarsDocument = Readonly<Record<string, string | Readonly<Record<string, string>>>>

/**
 * The variables for a run's snapshots, built or existing. They have the names of the hcloud-talos module where it has
 * such variables.
 * @returns undefined when an image failed: incomplete variables would mix new images with old ones
 */
export function toTfvars({ talosVersion, snapshots, failed }: Omit<ResultDocument, 'run'>): TfvarsDocument | undefined {
  if (failed.length > 0 || snapshots.length === 0) return undefined
  const installers = snapshots.flatMap((one) => (one.installer === null ? [] : [[terraformKey(one), one.installer]]))
  return {
    talos_version: talosVersion,
    talos_image_ids: Object.fromEntries(snapshots.map((one) => [terraformKey(one), String(one.id)])),
    talos_installers: Object.fromEntries(installers),
    ...toGenericIds(snapshots),
    ...toSelectors(snapshots),
  }
}

function toGenericIds(snapshots: readonly ResultSnapshot[]): TfvarsDocument {
  const found = ARCHITECTURES.flatMap((architecture) => {
    const generic = snapshots.find((one) => one.role === null && one.architecture === architecture)
    return generic === undefined ? [] : [[`talos_image_id_${architecture}`, String(generic.id)]]
  })
  return Object.fromEntries(found)
}

/** A role without images of its own uses the generic ones, if there are any. */
function toSelectors(snapshots: readonly ResultSnapshot[]): TfvarsDocument {
  const found = HCLOUD_TALOS_ROLES.flatMap((role) => {
    const image = snapshots.find((one) => one.role === role) ?? snapshots.find((one) => one.role === null)
    return image === undefined ? [] : [[`${terraformRole(role)}_image_selector`, versionedSelector(image)]]
  })
  return Object.fromEntries(found)
}
