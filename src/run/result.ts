/** What became of a run, and of each of its images. */

import type { Problem } from '../errors.ts'
import type { Snapshot } from '../hetzner/snapshot.ts'
import type { Placement } from '../plan/placement.ts'
import type { PlannedImage } from '../plan/plan.ts'
import type { Deletion, Leftover } from '../util/cleanup-scope.ts'
import type { WrittenDisk } from './steps/write-disk.ts'

/** An image that was built. */
export interface BuiltResult {
  readonly status: 'built'
  readonly image: PlannedImage
  readonly snapshot: Snapshot
  /** What was written onto the disk, and read back; undefined when nobody did, as with Packer. */
  readonly written: WrittenDisk | undefined
  /** Where it was built; undefined when that was not told. */
  readonly placement: Placement | undefined
  /** How long it took, in milliseconds. */
  readonly ms: number
}

/** An image that there is a snapshot of already. */
export interface ExistingResult {
  readonly status: 'existing'
  readonly image: PlannedImage
  readonly snapshot: Snapshot
}

/** An image that could not be built. */
export interface FailedResult {
  readonly status: 'failed'
  readonly image: PlannedImage
  /** Why; its code is `interrupted` when the signal was aborted. */
  readonly problem: Problem
  /** How long it took, in milliseconds. */
  readonly ms: number
}

/** What became of one image; `status` tells. */
export type ImageResult = BuiltResult | ExistingResult | FailedResult

/** What became of a run. */
export interface BuildResult {
  /** Its ID, which the label `talos-image/run` of its snapshots holds. */
  readonly run: string
  /** In the order of the plan. */
  readonly images: readonly ImageResult[]
  /** What could not be removed, each with the command that removes it. */
  readonly leftovers: readonly Leftover[]
}

/** A run that has begun. */
export interface RunningBuild {
  /** Its ID. */
  readonly run: string
  /** Never rejects for what befell one image; rejects when nothing could be begun, after clean-up. */
  readonly result: Promise<BuildResult>
  /** What exists right now and would stay if the process ended here. */
  pending(): readonly Pick<Deletion, 'name' | 'command'>[]
  /** Ends at once what would outlive this process, without cleaning up. */
  abandon?(): void
}
