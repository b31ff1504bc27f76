/** The names of images in Terraform and Packer. */

import type { Architecture, Role } from '../domain.ts'
import type { SnapshotRecord } from './snapshot.ts'

type Kind = Pick<SnapshotRecord, 'architecture' | 'role'>

/** `x86` for a generic image, `control_plane_arm` for one of a role: can be part of a name in Terraform. */
export function terraformKey({ architecture, role }: Kind): string {
  return [...(role === null ? [] : [terraformRole(role)]), architecture].join('_')
}

/** `control_plane`, `gpu_worker`. */
export function terraformRole(role: Role): string {
  return role.replaceAll('-', '_')
}

/** The source in the template of the `_packer` directory that makes such an image; the same for all roles. */
export function packerSource(architecture: Architecture): string {
  return `talos-${architecture}`
}
