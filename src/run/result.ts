/** The result of a run and of each of its images. */

import type { Problem } from '../errors.ts'
import type { Snapshot } from '../hetzner/snapshot.ts'
import type { Placement } from '../plan/placement.ts'
import type { PlannedImage } from '../plan/plan.ts'
import type { Deletion, Leftover } from '../util/cleanup-scope.ts'
import type { BootProof, NoBootProof } from './boot-proof.ts'
import type { KeptServer } from './failed-server.ts'
import type { WrittenDisk } from './steps/write-disk.ts'

/** An image that was built. */
export interface BuiltResult {
  readonly status: 'built'
  readonly image: PlannedImage
  readonly snapshot: Snapshot
  /** What was written to the disk and read back; undefined with Packer, which does not read it back. */
  readonly written: WrittenDisk | undefined
  /** Why it is not proven that it was the server that did so, and not another machine; undefined when it is. */
  readonly unproven: string | undefined
  /** Where it was built; undefined when that is not known. */
  readonly placement: Placement | undefined
  /** What its boot test has shown, or why there was none; undefined when it was not asked for. */
  readonly boot?: BootProof | NoBootProof | undefined
  /** How long it took, in milliseconds. */
  readonly ms: number
}

/** An image that already had a snapshot, or, where that was allowed, one for which no server was in stock. */
export interface ExistingResult {
  /** `older`: the snapshot is an earlier one of the series, which may hold another Talos version or other extensions. */
  readonly status: 'existing' | 'older'
  readonly image: PlannedImage
  readonly snapshot: Snapshot
  /** What its boot test has shown, if it was booted in this run. */
  readonly boot?: BootProof | undefined
}

/** An image that could not be built. */
export interface FailedResult {
  readonly status: 'failed'
  readonly image: PlannedImage
  /** Why; its code is `interrupted` when the signal was aborted. */
  readonly problem: Problem
  /** How long it took, in milliseconds. */
  readonly ms: number
  /** Its server, if that was kept to be looked at. */
  readonly kept?: KeptServer | undefined
}

/** The result of one image, by `status`. */
export type ImageResult = BuiltResult | ExistingResult | FailedResult

/** The result of a run. */
export interface BuildResult {
  /** Its ID, which the label `talos-image/run` of its snapshots holds. */
  readonly run: string
  /** In the order of the plan. */
  readonly images: readonly ImageResult[]
  /** The resources that could not be removed, each with the command that removes it. */
  readonly leftovers: readonly Leftover[]
}

/** A run that has started. */
export interface RunningBuild {
  /** Its ID. */
  readonly run: string
  /** Does not reject when an image fails; rejects when the build could not begin, after the clean-up. */
  readonly result: Promise<BuildResult>
  /** The temporary resources that exist now, and would be left behind if the process ended here. */
  pending(): readonly Pick<Deletion, 'name' | 'command'>[]
  /** Kills child processes at once, without cleaning up. */
  abandon?(): void
}
