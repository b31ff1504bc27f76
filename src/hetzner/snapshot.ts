/** A snapshot as the API tells of it, as a plain type: who uses the library needs no schema to know it. */

import type { Architecture, Labels } from '../domain.ts'

/** An image of a Hetzner Cloud project; here nearly always a snapshot. The names are the API's own. */
export interface Snapshot {
  readonly id: number
  /** What kind of image it is; `snapshot` for all that is made here. */
  readonly type: 'system' | 'app' | 'snapshot' | 'backup' | 'temporary'
  readonly status: 'available' | 'creating' | 'unavailable'
  /** null: snapshots have no name. */
  readonly name: string | null
  readonly description: string
  /** GB, compressed: what is billed; null while it is being made. */
  readonly image_size: number | null
  /** GB, the disk of the server that it was made on; servers made from it need at least that. */
  readonly disk_size: number
  /** ISO 8601 */
  readonly created: string
  /** The server that it was made from. */
  readonly created_from: { readonly id: number; readonly name: string } | null
  readonly architecture: Architecture
  readonly os_flavor: string
  readonly protection: { readonly delete: boolean }
  readonly labels: Labels
}
