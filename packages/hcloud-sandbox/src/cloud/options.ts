/** What an emulated cloud is made of, and what its caller gets. */

import type { Clock } from '../clock.ts'
import type { Architecture } from '../domain.ts'
import type { RescueFaults } from '../machines/faults.ts'
import type { InstalledTalos, MachineKind, MachineSpec } from '../machines/machine.ts'
import type { ResourceRef } from './table.ts'

/** What the cloud does with disk files; paths are absolute. */
export interface Disks {
  /** Makes a sparse disk file of this size that holds what a freshly installed server would have on it. */
  createPlaceholderDisk(path: string, bytes: number): Promise<void>
  /** Copies a disk file and keeps its holes. */
  copyDisk(from: string, to: string): Promise<void>
  /** The Talos on a disk; undefined when there is something else on it. */
  readTalosDisk(path: string): Promise<InstalledTalos | undefined>
  /** Bytes that the file takes up on the host's disk. */
  allocatedBytes(path: string): Promise<number>
}

/** One API token; tokens with the same project name see the same project. */
export interface TokenGrant {
  readonly token: string
  readonly project: string
  readonly readOnly: boolean
}

/** How long actions take: not at all, or about as long as in the real cloud. The first one is the default. */
export const LATENCY_PROFILES = ['instant', 'realistic'] as const
export type LatencyProfile = (typeof LATENCY_PROFILES)[number]

/** What an interceptor sees of a request. */
export interface InterceptedRequest {
  /** Whose token it came with. */
  readonly project: string
  readonly method: string
  /** Without the `/v1` in front and without the query: `/servers/1/actions/poweron`. */
  readonly path: string
  readonly query: URLSearchParams
  /** The parsed JSON body; undefined when there is none or when it is not JSON. */
  readonly body: unknown
  /** Aborts when the client goes away, or the sandbox closes, before the answer. */
  readonly signal: AbortSignal
}

/**
 * Answers in the place of the cloud, or lets it answer (undefined).
 * `answer` makes the cloud do the work: a fault can let it happen and still lose the answer.
 */
export type Intercept = (
  request: InterceptedRequest,
  answer: () => Promise<Response>,
) => Response | undefined | Promise<Response | undefined>

/** A request and the answer that the cloud itself gave. */
export interface AnsweredExchange {
  readonly method: string
  /** Without the `/v1` in front and without the query. */
  readonly path: string
  readonly status: number
  /** The parsed JSON body; undefined when there was none. */
  readonly body: unknown
}

/**
 * Makes an action go wrong: gives the error that it ends with, or says that it runs until the cloud closes; undefined lets
 * it run. Asked when the action begins.
 */
export type FailAction = (
  command: string,
  resources: readonly ResourceRef[],
) => { readonly code: string; readonly message: string } | 'never ends' | undefined

export interface CloudOptions {
  readonly machines: MachineKind
  readonly disks: Disks
  /** A folder of the cloud's own: its state and its disks. Made when it does not exist. One cloud at a time. */
  readonly stateDir: string
  readonly clock: Clock
  readonly latency: LatencyProfile
  /** May become more while it runs. */
  readonly tokens: readonly TokenGrant[]
  /** Where the machines' SSH servers listen. */
  readonly sshPort: number
  /** Where Talos answers on them: what port 50000 is in the real cloud. */
  readonly talosPort: number
  /**
   * The loopback address (IPv4) of the server with this number, which ends in `.1`; numbers count from 1 and are never
   * used again.
   */
  readonly allocateAddress: (serverNumber: number) => string
  /** For each project; default: 3600 requests, refilled by one a second. */
  readonly rateLimit?: { readonly limit: number; readonly perSecond: number } | undefined
  /** What cannot be had: `cax11@fsn1`, `cax11` (everywhere) or `@fsn1` (everything there). */
  readonly outOfStock?: readonly string[] | undefined
  /** Size of a server's disk file, in the place of its type's. The API still tells the type's. */
  readonly diskBytes?: ((architecture: Architecture) => number | undefined) | undefined
  /** Most resources that a project may have; no limit when left out. */
  readonly limits?:
    | {
        readonly servers?: number | undefined
        readonly snapshots?: number | undefined
        readonly primaryIps?: number | undefined
      }
    | undefined
  readonly intercept?: Intercept | undefined
  readonly failAction?: FailAction | undefined
  /** Whether the primary IPs of a server, told by its name, stay when it is deleted; asked when it happens. */
  readonly addressesStay?: ((server: string) => boolean) | undefined
  /** What goes wrong with a boot into the rescue system; asked when it happens. */
  readonly rescueFaults?: ((machine: MachineSpec) => RescueFaults) | undefined
  /** Is told of every answer before it is sent, of refusals too, but not of what an interceptor answers. */
  readonly onAnswer?: ((exchange: AnsweredExchange) => void) | undefined
}

export interface Cloud {
  /** What it answers to, as the HTTP library knows it. */
  readonly routes: readonly { readonly method: string; readonly path: string }[]
  /** The API as a plain function, with all its paths under `/v1`. */
  fetch(request: Request): Promise<Response>
  /**
   * Reads the state of an earlier run; call it once, before the first request.
   * @throws SandboxError `sandbox` when the state file cannot be read as one
   */
  load(): Promise<void>
  /** Resolves when no action runs any more. */
  idle(): Promise<void>
  /** Ends running actions, takes the power from all machines and writes the state. */
  close(): Promise<void>
}
