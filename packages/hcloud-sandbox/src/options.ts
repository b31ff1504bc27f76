/** What a sandbox is started with, and what its starter gets. */

import type { Clock } from './clock.ts'
import type { CloudOptions, LatencyProfile, TokenGrant } from './cloud/options.ts'
import type { FactoryIntercept } from './factory/factory.ts'
import type { FaultRule } from './faults/rule.ts'
import type { MachineKindName } from './machines/index.ts'
import type { MachineKind } from './machines/machine.ts'
import type { Use } from './owner/messages.ts'
import type { RunningSandbox } from './state/ownership.ts'

/** A request that the sandbox has answered. */
export interface AnsweredRequest {
  readonly server: 'cloud' | 'factory'
  readonly method: string
  readonly path: string
  /** The query with its question mark; empty when there is none. */
  readonly search: string
  /** 0 when a fault kept the answer back. */
  readonly status: number
  /** Until the answer began. */
  readonly ms: number
}

type CloudSettings = Pick<CloudOptions, 'rateLimit' | 'outOfStock' | 'limits' | 'intercept' | 'failAction' | 'onAnswer'>

export interface SandboxOptions extends CloudSettings {
  /** Absolute path; made if need be. When a sandbox already runs on it, that one is used, and all else is ignored. */
  readonly stateDir: string
  /** A kind by its name, or one of the caller's own; `namespace` by default. */
  readonly machines?: MachineKindName | MachineKind | undefined
  /** Absolute path of a folder that `qemu` machines keep their systems in; needed for them. */
  readonly cacheDir?: string | undefined
  /** How long everything takes; `instant` by default. */
  readonly latency?: LatencyProfile | undefined
  /** One token for one project by default, another one at each start; the first one is the sandbox's own. */
  readonly tokens?: readonly [TokenGrant, ...TokenGrant[]] | undefined
  /** Names of projects that it has beside those, each with a token of its own. */
  readonly projects?: readonly string[] | undefined
  /** Whether its servers are to be used: what they need is checked before anything is made. True by default. */
  readonly needsMachines?: boolean | undefined
  /** How its user says which folder `stateDir` is, for hints: `TALOS_IMAGE_SANDBOX_STATE`. */
  readonly setting?: string | undefined
  /** Absolute path of a file that gets each answer of the cloud, as a line of JSON. */
  readonly recordFile?: string | undefined
  /** Port of the cloud on 127.0.0.1; any that is free by default. */
  readonly port?: number | undefined
  /** Port of the Image Factory on 127.0.0.1; any that is free by default. */
  readonly factoryPort?: number | undefined
  /** Port of every machine's SSH server; by default one that no other sandbox has. */
  readonly sshPort?: number | undefined
  /** Size of every server's disk file; that of its type by default. */
  readonly serverDiskBytes?: number | undefined
  /** Size of the Factory's raw disks, and how much of each is data; by default as Talos's, by version and architecture. */
  readonly imageDiskBytes?: number | undefined
  readonly imageDataBytes?: number | undefined
  /** What goes wrong, and when; asked before `intercept`, `interceptFactory` and `failAction`. */
  readonly faults?: readonly FaultRule[] | undefined
  /** Is told of each fault that happens, as the text of its rule. */
  readonly onFault?: ((text: string) => void) | undefined
  /** Answers in the place of the Factory. */
  readonly interceptFactory?: FactoryIntercept | undefined
  /** Is told of every request when its answer begins. */
  readonly onRequest?: ((request: AnsweredRequest) => void) | undefined
  /** Is told what is being prepared, where that takes a while: a line each, for people. */
  readonly onProgress?: ((line: string) => void) | undefined
  readonly clock?: Clock | undefined
  /** Is told when the process that runs the sandbox ends although this one still uses it. */
  readonly onLost?: ((error: Error) => void) | undefined
  /** Ends the waiting for another owner; a running sandbox does not listen to it. */
  readonly signal?: AbortSignal | undefined
}

export interface Sandbox extends RunningSandbox, AsyncDisposable {
  readonly stateDir: string
  /** Whether the sandbox was another's: it goes on when it is closed here and others use it. */
  readonly attached: boolean
  /** Whether the sandbox that ran here before was killed, and this one cleaned up after it. */
  readonly recovered: boolean
  /** What its servers are, in a sentence or two for people. */
  readonly machinesNote: string
  /** How many requests this sandbox has answered since its start; stays 0 when it is another's. */
  readonly requests: { readonly cloud: number; readonly factory: number }
  /** How many other processes use it; 0 when another one runs it. */
  clients(): number
  /** Resolves as soon as no other process uses it. */
  unused(): Promise<void>
  /** Stops answering, takes the power from all machines, writes the state, and lets the next one have it. */
  close(): Promise<void>
}

/** What is asked of a sandbox by the process that starts it, and by others that come while it runs. */
export function toUse({
  needsMachines = true,
  projects = [],
  tokens,
  recordFile,
}: Pick<SandboxOptions, 'needsMachines' | 'projects' | 'tokens' | 'recordFile'>): Use {
  return { needsMachines, projects: [...projects, ...(tokens ?? []).map(({ project }) => project)], recordFile }
}
