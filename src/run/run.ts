/** What all images of one run share. */

import { randomInt } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { DownloadAccess } from '../factory/client.ts'
import type { HetznerClient } from '../hetzner/client.ts'
import type { KeyPair } from '../remote/key-pair.ts'
import type { CleanupScope } from '../util/cleanup-scope.ts'
import type { Clock } from '../util/clock.ts'
import type { Trace } from '../util/trace.ts'
import type { BuildStep, EventListener } from './events.ts'
import type { LiveServer, OnError } from './failed-server.ts'
import type { Lease } from './lease.ts'
import type { ServerQueue } from './server-queue.ts'
import type { StockPatience, Timeouts } from './timeouts.ts'

/** A server that was deleted. */
export interface DeletedServer {
  readonly id: number
  readonly name: string
  /** Of its primary IPs. */
  readonly addressIds: readonly number[]
}

export interface Run {
  readonly id: string
  readonly hetzner: HetznerClient
  readonly clock: Clock
  /** Aborts when the user stops the run. Clean-up does not listen to it. */
  readonly signal: AbortSignal
  readonly emit: EventListener
  readonly lease: Lease
  readonly sshPort: number
  /** Where Talos answers on servers that run it. */
  readonly talosPort: number
  readonly timeouts: Timeouts
  /** The login and certificate authority that a server needs to download from a URL. */
  readonly accessFor: (url: string, signal: AbortSignal) => Promise<DownloadAccess>
  /** Opens standard input, for images that are read from it. */
  readonly openStdin: () => Readable
  readonly stock: StockPatience
  /** As the options of the build say. */
  readonly requireHostProof: boolean | undefined
  readonly onError: OnError | undefined
  readonly serverQueue: ServerQueue
  /** Those that are deleted; grows. */
  readonly deleted: DeletedServer[]
  readonly trace: Trace
}

/** The SSH key of all build servers of a run. */
export interface RunKey {
  readonly id: number
  readonly pair: KeyPair
}

/** The build of one image: the run, its SSH key, and the clean-up of the image's resources. */
export interface ImageBuild extends Run {
  readonly key: RunKey
  readonly scope: CleanupScope
  /** The server that the image has now, if it has one that can be kept. */
  readonly live: LiveServer[]
}

/** Runs a step of an image, and emits the events of its start and its end. */
export type RunStep = <T>(step: BuildStep, work: () => Promise<T>) => Promise<T>

const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789'

/** Eight letters and digits that are hard to confuse: they become part of host names and labels, and are typed by people. */
export function createRunId(): string {
  return Array.from({ length: 8 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('')
}

/** The name of a run's server or key. It is deterministic, so that a repeated creation finds the first one. */
export function resourceName(runId: string, image?: string): string {
  return ['talos-image', runId, ...(image === undefined ? [] : [image.replaceAll(' ', '-')])].join('-')
}
