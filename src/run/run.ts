/** What all images of one run share. */

import { randomInt } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { FactoryAccess } from '../factory/access.ts'
import type { HetznerClient } from '../hetzner/client.ts'
import type { KeyPair } from '../remote/key-pair.ts'
import type { CleanupScope } from '../util/cleanup-scope.ts'
import type { Clock } from '../util/clock.ts'
import type { Trace } from '../util/trace.ts'
import type { EventListener } from './events.ts'
import type { Lease } from './lease.ts'
import type { ServerQueue } from './server-queue.ts'
import type { StockPatience, Timeouts } from './timeouts.ts'

export interface Run {
  readonly id: string
  readonly hetzner: HetznerClient
  readonly clock: Clock
  /** Aborts when the user wants to stop. Clean-up has deadlines of its own. */
  readonly signal: AbortSignal
  readonly emit: EventListener
  readonly lease: Lease
  readonly sshPort: number
  readonly timeouts: Timeouts
  /** What a server needs to download from an address. */
  readonly accessFor: (url: string) => FactoryAccess
  /** Opens standard input, for images that come from there. */
  readonly openStdin: () => Readable
  readonly stock: StockPatience
  readonly serverQueue: ServerQueue
  readonly trace: Trace
}

/** The key that all build servers of a run take. */
export interface RunKey {
  readonly id: number
  readonly pair: KeyPair
}

/** One image on its way: the run, and what is removed when the image is done. */
export interface ImageBuild extends Run {
  readonly key: RunKey
  readonly scope: CleanupScope
}

const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789'

/** Eight letters and digits that cannot be mistaken for each other: part of host names, labels, and of what people type. */
export function createRunId(): string {
  return Array.from({ length: 8 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('')
}

/** The name of everything that a run makes; deterministic, so that a repeated creation meets itself. */
export function resourceName(runId: string, image?: string): string {
  return ['talos-image', runId, ...(image === undefined ? [] : [image.replaceAll(' ', '-')])].join('-')
}
