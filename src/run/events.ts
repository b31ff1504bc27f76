/** What a build tells whoever watches it. It never prints. */

import type { Problem } from '../errors.ts'
import type { Placement } from '../plan/placement.ts'
import type { Leftover } from '../util/cleanup-scope.ts'

/** A step of one image. */
export type BuildStep = 'server' | 'boot' | 'write' | 'verify' | 'snapshot' | 'publish' | 'clean-up'

/**
 * The steps of one image, in their order.
 * @internal
 */
export const BUILD_STEPS: readonly BuildStep[] = [
  'server',
  'boot',
  'write',
  'verify',
  'snapshot',
  'publish',
  'clean-up',
]

/** What happens in a run; `type` tells the events apart, and `image` is the name of an image of the plan. Times are milliseconds. */
export type BuildEvent =
  /** Comes first. */
  | { readonly type: 'run-started'; readonly run: string; readonly images: readonly string[] }
  /** There is nothing to build: `snapshot` is the ID of the one that is there. */
  | { readonly type: 'image-existing'; readonly image: string; readonly snapshot: number }
  | { readonly type: 'step-started'; readonly image: string; readonly step: BuildStep }
  | { readonly type: 'step-finished'; readonly image: string; readonly step: BuildStep; readonly ms: number }
  | {
      readonly type: 'progress'
      readonly image: string
      readonly step: BuildStep
      /** What has been transferred, or read back, so far. */
      readonly bytes: number
      /** undefined when nobody knows. */
      readonly totalBytes: number | undefined
    }
  /** From now on it is paid for, until the step `clean-up` has finished. */
  | {
      readonly type: 'server-created'
      readonly image: string
      /** The server's name. */
      readonly name: string
      readonly placement: Placement
      /** Whether it has an IPv4 address, which is paid for, too. */
      readonly ipv4: boolean
    }
  /** A placement that was tried in vain. */
  | {
      readonly type: 'placement-failed'
      readonly image: string
      readonly placement: Placement
      readonly reason: string
      /** Whether there is no other left. */
      readonly last: boolean
    }
  /** Something worth knowing that stops nothing, such as another try. `image` is missing when it concerns the run. */
  | { readonly type: 'note'; readonly image?: string; readonly text: string }
  /** The snapshot is published, and everything else of its own is removed. */
  | { readonly type: 'image-built'; readonly image: string; readonly snapshot: number; readonly ms: number }
  | { readonly type: 'image-failed'; readonly image: string; readonly problem: Problem; readonly ms: number }
  | { readonly type: 'removing'; readonly name: string }
  | { readonly type: 'removed'; readonly name: string }
  /** Something could not be removed. */
  | { readonly type: 'leftover'; readonly leftover: Leftover }

/** Is told of each event at once. What it throws is ignored: it cannot harm the build. */
export type EventListener = (event: BuildEvent) => void
