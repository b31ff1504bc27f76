/** The sandbox: an emulated cloud, Image Factory and machines on this computer, put together. */

import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { type Clock, systemClock } from '../util/clock.ts'
import { createCloud } from './cloud/cloud.ts'
import type { CloudOptions, LatencyProfile, TokenGrant } from './cloud/options.ts'
import { allocatedBytes, assertFreeSpace, copyDisk, createPlaceholderDisk } from './disks.ts'
import { DEFAULT_DATA_BYTES } from './factory/disk-layout.ts'
import { createFactory } from './factory/factory.ts'
import type { FactoryIntercept } from './factory/intercept.ts'
import type { MachineKind } from './machines/machine.ts'
import { createNamespaceMachines } from './machines/namespace.ts'
import { createNoMachines } from './machines/none.ts'
import { reserveSshPort, serveHttp, toMachineAddress } from './state/loopback.ts'
import { acquireOwnership, type Owned, type RunningSandbox } from './state/ownership.ts'
import { createTeardown, type Teardown } from './state/teardown.ts'

/** What must be free where the state is kept, beyond what an image takes. */
const SPARE_BYTES = 128 * 1024 * 1024
/** From power-on until the rescue system answers on SSH, in the profile `realistic`; typical of small servers. */
const REALISTIC_BOOT_MS = 20_000
/** How long the Factory makes an asset, in the profile `realistic`. */
const REALISTIC_MAKING_MS = 30_000

/** A request that the sandbox has answered. */
export interface AnsweredRequest {
  readonly server: 'cloud' | 'factory'
  readonly method: string
  readonly path: string
  readonly status: number
  /** Until the answer began. */
  readonly ms: number
}

type CloudSettings = Pick<CloudOptions, 'rateLimit' | 'outOfStock' | 'limits' | 'intercept' | 'failAction'>

export interface SandboxOptions extends CloudSettings {
  /** Absolute path; made if need be. When a sandbox already runs on it, that one is used, and all else is ignored. */
  readonly stateDir: string
  /** A kind by its name, or one of the caller's own; `namespace` by default. */
  readonly machines?: MachineKind['name'] | MachineKind | undefined
  /** Absolute path of a folder that `qemu` machines keep their rescue systems in; needed for them. */
  readonly cacheDir?: string | undefined
  /** How long everything takes; `instant` by default. */
  readonly latency?: LatencyProfile | undefined
  /** One token for one project by default, another one at each start; the first one is the sandbox's own. */
  readonly tokens?: readonly [TokenGrant, ...TokenGrant[]] | undefined
  /** Port of the cloud on 127.0.0.1; any that is free by default. */
  readonly port?: number | undefined
  /** Port of the Image Factory on 127.0.0.1; any that is free by default. */
  readonly factoryPort?: number | undefined
  /** Port of every machine's SSH server; by default one that no other sandbox has. */
  readonly sshPort?: number | undefined
  /** Size of every server's disk file; that of its type by default. */
  readonly serverDiskBytes?: number | undefined
  /** Size of the Factory's raw disk, and how much of it is data; 1246 and about 90 MiB by default. */
  readonly imageDiskBytes?: number | undefined
  readonly imageDataBytes?: number | undefined
  /** Answers in the place of the Factory. */
  readonly interceptFactory?: FactoryIntercept | undefined
  /** Is told of every request when its answer begins. */
  readonly onRequest?: ((request: AnsweredRequest) => void) | undefined
  readonly clock?: Clock | undefined
  /** Ends the waiting for another owner; a running sandbox does not listen to it. */
  readonly signal?: AbortSignal | undefined
}

export interface Sandbox extends RunningSandbox, AsyncDisposable {
  readonly stateDir: string
  /** Whether the sandbox is another's: closing it does nothing then. */
  readonly attached: boolean
  /** Whether the sandbox that ran here before was killed, and this one tidied up after it. */
  readonly recovered: boolean
  /** How many requests this sandbox has answered since its start; stays 0 when it is another's. */
  readonly requests: { readonly cloud: number; readonly factory: number }
  /** Stops answering, takes the power from all machines, writes the state, and lets the next one have it. */
  close(): Promise<void>
}

/**
 * Starts a sandbox on a state directory, or attaches to the one that runs there.
 * @throws TalosImageError `sandbox` when it cannot run here, and says what to do
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { stateDir, signal } = options
  const ownership = await acquireOwnership(stateDir, { signal })
  if (ownership.attached !== undefined) return attach(ownership.attached, stateDir)
  const teardown = createTeardown()
  teardown.add(() => ownership.release())
  try {
    return await startOwned(options, ownership, teardown)
  } catch (error) {
    // why it could not start says more than what then went wrong too
    await teardown.run().catch(() => {})
    throw error
  }
}

async function startOwned(options: SandboxOptions, ownership: Owned, teardown: Teardown): Promise<Sandbox> {
  const { stateDir, clock = systemClock, latency = 'instant', imageDiskBytes, imageDataBytes } = options
  const tokens = options.tokens ?? [{ token: makeToken(), project: 'sandbox', readOnly: false }]
  const realistic = latency === 'realistic'
  const machines = await createMachines(options, realistic ? REALISTIC_BOOT_MS : 0, clock)
  await machines.check()
  // an image as the Factory keeps it, raw and compressed, and once more on a server's disk
  const dataBytes = imageDataBytes ?? Math.min(DEFAULT_DATA_BYTES, imageDiskBytes ?? DEFAULT_DATA_BYTES)
  await assertFreeSpace(stateDir, 3 * dataBytes + SPARE_BYTES)

  const factory = createFactory({
    stateDir,
    diskBytes: imageDiskBytes,
    dataBytes: imageDataBytes,
    makingMs: realistic ? REALISTIC_MAKING_MS : 0,
    clock,
    intercept: options.interceptFactory,
  })
  await factory.load()
  teardown.add(() => factory.close())

  const ssh = options.sshPort === undefined ? await reserveSshPort() : undefined
  if (ssh !== undefined) teardown.add(() => ssh.close())
  const sshPort = options.sshPort ?? ssh?.port ?? 0

  const cloud = createCloud({
    machines,
    disks: { createPlaceholderDisk, copyDisk, allocatedBytes },
    stateDir: join(stateDir, 'cloud'),
    clock,
    latency,
    tokens,
    sshPort,
    allocateAddress: toMachineAddress,
    diskBytes: options.serverDiskBytes,
    rateLimit: options.rateLimit,
    outOfStock: options.outOfStock,
    limits: options.limits,
    intercept: options.intercept,
    failAction: options.failAction,
  })
  await cloud.load()
  teardown.add(() => cloud.close())

  const { requests, record } = createRecorder(options.onRequest)
  const factoryServer = await serveHttp(record('factory', factory.app.fetch), options.factoryPort ?? 0)
  teardown.add(() => factoryServer.close())
  const cloudServer = await serveHttp(record('cloud', cloud.fetch), options.port ?? 0)
  teardown.add(() => cloudServer.close())

  const running: RunningSandbox = {
    endpoint: `http://127.0.0.1:${cloudServer.port}/v1`,
    factoryUrl: `http://127.0.0.1:${factoryServer.port}`,
    token: tokens[0].token,
    sshPort,
  }
  await ownership.publish(running)
  teardown.add(() => ownership.announceClosing())
  const close = (): Promise<void> => teardown.run()
  const recovered = ownership.tookOver
  return { ...running, stateDir, attached: false, recovered, requests, close, [Symbol.asyncDispose]: close }
}

/** A sandbox that another one runs; its life does not depend on this one. */
function attach(running: RunningSandbox, stateDir: string): Sandbox {
  const close = async (): Promise<void> => {}
  return {
    ...running,
    stateDir,
    attached: true,
    recovered: false,
    requests: { cloud: 0, factory: 0 },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/**
 * A token as Hetzner's look. It opens nothing but the sandbox, but whoever has it runs commands as its owner: others on
 * this computer, who can reach its loopback, must not know it.
 */
function makeToken(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  return Array.from({ length: 64 }, () => letters.charAt(randomInt(letters.length))).join('')
}

type Fetch = (request: Request) => Response | Promise<Response>

/** Counts the requests of each server, and tells of them when their answers begin. */
function createRecorder(onRequest: SandboxOptions['onRequest'] = () => {}) {
  const requests = { cloud: 0, factory: 0 }
  const record = (server: AnsweredRequest['server'], fetch: Fetch) => async (request: Request) => {
    requests[server] += 1
    const began = performance.now()
    const response = await fetch(request)
    const { method, url } = request
    const { pathname: path } = new URL(url)
    onRequest({ server, method, path, status: response.status, ms: performance.now() - began })
    return response
  }
  return { requests, record }
}

async function createMachines(options: SandboxOptions, bootMs: number, clock: Clock): Promise<MachineKind> {
  const { machines: kind = 'namespace', cacheDir, signal } = options
  switch (kind) {
    case 'namespace':
      return createNamespaceMachines({ bootMs, clock })
    case 'none':
      return createNoMachines()
    case 'qemu': {
      if (cacheDir === undefined) throw new RangeError('qemu machines need a cacheDir')
      const { createQemuMachines } = await import('./machines/qemu.ts')
      return createQemuMachines({ cacheDir, signal })
    }
    default:
      return kind
  }
}
