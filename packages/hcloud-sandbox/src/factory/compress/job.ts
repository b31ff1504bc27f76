/** What there is to compress. */

import type { DiskLayout } from '../disk-layout.ts'

/** File names are absolute; `target` and `scratch` do not exist yet. */
export interface CompressionJob {
  readonly source: string
  /** How the disk in `source` is laid out. */
  readonly layout: DiskLayout
  readonly target: string
  /** May be used meanwhile. */
  readonly scratch: string
}
