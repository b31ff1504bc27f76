/** The result of a run as Terraform variables: an interface, documented in docs/terraform.md. */

import { terraformKey } from './image-names.ts'
import type { ResultDocument } from './result.ts'
import { moduleIds, moduleSelectors } from './terraform.ts'

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
    ...Object.fromEntries([...moduleIds(snapshots), ...moduleSelectors(snapshots)]),
  }
}
