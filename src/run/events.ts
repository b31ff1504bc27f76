/** The events of a build. A build never prints. */

import type { ErrorCode, Problem } from '../errors.ts'
import type { Placement } from '../plan/placement.ts'
import type { Leftover } from '../util/cleanup-scope.ts'

/** A step of one image. */
export type BuildStep = 'server' | 'boot' | 'write' | 'verify' | 'snapshot' | 'boot-test' | 'publish' | 'clean-up'

/**
 * The steps of one image, in their order: what is done, in words and in one word of at most nine letters.
 * @internal
 */
export const BUILD_STEPS: Readonly<Record<BuildStep, { readonly doing: string; readonly short: string }>> = {
  server: { doing: 'creating the build server', short: 'server' },
  boot: { doing: 'booting the rescue system', short: 'booting' },
  write: { doing: 'writing the disk', short: 'writing' },
  verify: { doing: 'reading the disk back', short: 'verifying' },
  snapshot: { doing: 'taking the snapshot', short: 'snapshot' },
  'boot-test': { doing: 'booting the snapshot', short: 'testing' },
  publish: { doing: 'publishing the labels', short: 'labels' },
  'clean-up': { doing: 'removing the build server', short: 'removing' },
}

/** What happens in a run; `type` tells the events apart, and `image` is the name of an image of the plan. Times are milliseconds. */
export type BuildEvent =
  /** The first event. */
  | { readonly type: 'run-started'; readonly run: string; readonly images: readonly string[] }
  /** There is nothing to build: `snapshot` is the ID of the existing one. */
  | { readonly type: 'image-existing'; readonly image: string; readonly snapshot: number }
  | { readonly type: 'step-started'; readonly image: string; readonly step: BuildStep }
  | { readonly type: 'step-finished'; readonly image: string; readonly step: BuildStep; readonly ms: number }
  | {
      readonly type: 'progress'
      readonly image: string
      readonly step: BuildStep
      /** What has been transferred, or read back, so far. */
      readonly bytes: number
      /** undefined when it is not known. */
      readonly totalBytes: number | undefined
    }
  /** The server is paid for from now on, until the step `clean-up` has finished. */
  | {
      readonly type: 'server-created'
      readonly image: string
      /** The server's name. */
      readonly name: string
      readonly placement: Placement
      /** Whether it has an IPv4 address, which is paid for as well. */
      readonly ipv4: boolean
    }
  /** No server could be had at a placement. */
  | {
      readonly type: 'placement-failed'
      readonly image: string
      readonly placement: Placement
      /** `stock` when nothing was in stock, `api` when the cloud failed. */
      readonly code: ErrorCode
      readonly reason: string
      /** Whether it was the last one to be tried. */
      readonly last: boolean
    }
  /** Something worth knowing, such as another try; the build goes on. `image` is missing when it concerns the run. */
  | { readonly type: 'note'; readonly image?: string; readonly text: string }
  /** The snapshot is published, and everything else that was made for the image is removed. */
  | { readonly type: 'image-built'; readonly image: string; readonly snapshot: number; readonly ms: number }
  | { readonly type: 'image-failed'; readonly image: string; readonly problem: Problem; readonly ms: number }
  | { readonly type: 'removing'; readonly name: string }
  | { readonly type: 'removed'; readonly name: string }
  /** Something could not be removed. */
  | { readonly type: 'leftover'; readonly leftover: Leftover }

/** Is called with each event as it happens. What it throws is ignored. */
export type EventListener = (event: BuildEvent) => void
