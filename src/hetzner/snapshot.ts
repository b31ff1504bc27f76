/** A snapshot as the API gives it, as a plain type without a schema, for users of the library. */

import type { Architecture, Labels } from '../domain.ts'

/** An image of a Hetzner Cloud project; here nearly always a snapshot. The names are the API's own. */
export interface Snapshot {
  readonly id: number
  /** The kind of image; `snapshot` for all that this tool creates. */
  readonly type: 'system' | 'app' | 'snapshot' | 'backup' | 'temporary'
  /** `unknown`: one that this version does not know. */
  readonly status: 'available' | 'creating' | 'unavailable' | 'unknown'
  /** null: snapshots have no name. */
  readonly name: string | null
  readonly description: string
  /** GB, compressed, as billed; null while it is being created. */
  readonly image_size: number | null
  /** GB, the disk of the server that it was taken of; servers created from it need at least that. */
  readonly disk_size: number
  /** ISO 8601 */
  readonly created: string
  /** The server that it was taken of. */
  readonly created_from: { readonly id: number; readonly name: string } | null
  readonly architecture: Architecture
  readonly os_flavor: string
  readonly protection: { readonly delete: boolean }
  readonly labels: Labels
}
