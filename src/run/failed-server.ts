/** The server of an image that failed, and what may become of it. */

import type { Labels } from '../domain.ts'
import type { Problem } from '../errors.ts'

/**
 * A build server that exists, and has an address.
 * @internal
 */
export interface LiveServer {
  readonly name: string
  /** The address that SSH connects to. */
  readonly host: string
  /** Stops its removal at the end of the run. @param labels instead of those with the lease of the run */
  readonly keep: (labels: Labels) => Promise<void>
}

/** The server of an image that failed. */
export interface FailedServer {
  readonly run: string
  /** The name of the image. */
  readonly image: string
  readonly problem: Problem
  /** The name of the server. */
  readonly name: string
  /** The address of its SSH, as root. */
  readonly host: string
  readonly port: number
  /** The key that it lets in, in OpenSSH's format: a secret. */
  readonly privateKey: string
}

/** A server that was kept. */
export interface KeptServer {
  /** Its name. */
  readonly name: string
  /** The command that logs in, as `onError` gave it. */
  readonly login: string
  /** Until when it is kept, in milliseconds since the epoch: a later run, or a clean-up, removes it then. */
  readonly untilMs: number
}

/**
 * Decides what becomes of the server of an image that failed.
 * @returns the command that logs in, which keeps the server; undefined to remove it
 */
export type OnError = (failed: FailedServer) => Promise<string | undefined>
