/** The sandbox: an emulated cloud, Image Factory and machines on this computer, put together. */

import { join } from 'node:path'
import { systemClock } from './clock.ts'
import { createCloud } from './cloud/cloud.ts'
import { LATENCY_PROFILES } from './cloud/options.ts'
import { allocatedBytes, assertFreeSpace, copyDisk, createPlaceholderDisk } from './disks.ts'
import { throwProblems } from './errors.ts'
import { LARGEST } from './factory/disk-size.ts'
import { createFactory } from './factory/factory.ts'
import { createFaults } from './faults/faults.ts'
import { createMachines } from './machines/create.ts'
import { MACHINE_KINDS } from './machines/index.ts'
import { findOptionProblems } from './option-problems.ts'
import type { AnsweredRequest, Sandbox, SandboxOptions } from './options.ts'
import { isEverSent } from './state/faulty-answer.ts'
import { reserveSshPort, serveHttp, toMachineAddress } from './state/loopback.ts'
import { acquireOwnership, type Owned, type RunningSandbox } from './state/ownership.ts'
import { createTeardown, type Teardown } from './state/teardown.ts'
import { makeToken } from './token.ts'

export type { AnsweredRequest, Sandbox, SandboxOptions } from './options.ts'

/** What must be free where the state is kept, beyond what an image takes. */
const SPARE_BYTES = 128 * 1024 * 1024
/** From power-on until the rescue system answers on SSH, in the profile `realistic`; typical of small servers. */
const REALISTIC_BOOT_MS = 20_000
/** How long the Factory makes an asset, in the profile `realistic`. */
const REALISTIC_MAKING_MS = 30_000

/**
 * Starts a sandbox on a state directory, or attaches to the one that runs there.
 * @throws SandboxError `usage` with everything that is wrong with stock, limits and projects; `sandbox` when it cannot run
 * here, and says what to do
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  throwProblems(findOptionProblems(options))
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
  const { stateDir, clock = systemClock, latency = LATENCY_PROFILES[0], imageDiskBytes, imageDataBytes } = options
  const tokens = options.tokens ?? [{ token: makeToken(), project: 'sandbox', readOnly: false }]
  const realistic = latency === 'realistic'
  const rules = options.faults ?? []
  const faults = createFaults(rules, { clock, onFault: options.onFault })
  const machines = await createMachines(options.machines ?? MACHINE_KINDS[0].name, rules, {
    cacheDir: options.cacheDir,
    onProgress: options.onProgress,
    faults: rules.length === 0 ? undefined : faults.machines,
    bootMs: realistic ? REALISTIC_BOOT_MS : 0,
    clock,
    signal: options.signal,
  })
  // an image as the Factory keeps it, raw and compressed, and once more on a server's disk
  const dataBytes = imageDataBytes ?? Math.min(LARGEST.dataBytes, imageDiskBytes ?? LARGEST.dataBytes)
  await assertFreeSpace(stateDir, 3 * dataBytes + SPARE_BYTES)

  const factory = createFactory({
    yamlRelease: faults.yamlRelease,
    stateDir,
    diskBytes: imageDiskBytes,
    dataBytes: imageDataBytes,
    makingMs: realistic ? REALISTIC_MAKING_MS : 0,
    clock,
    intercept: async (request, answer, aborted) =>
      (await faults.factory(request, answer, aborted)) ?? options.interceptFactory?.(request, answer, aborted),
  })
  await factory.load()
  teardown.add(() => factory.close())

  const ssh = await reserveSshPort(options.sshPort ?? 0)
  teardown.add(() => ssh.close())
  const sshPort = ssh.port

  const cloud = createCloud({
    machines,
    disks: { createPlaceholderDisk, copyDisk, allocatedBytes },
    stateDir: join(stateDir, 'cloud'),
    clock,
    latency,
    tokens,
    sshPort,
    allocateAddress: toMachineAddress,
    diskBytes: (architecture) => faults.diskBytes(architecture) ?? options.serverDiskBytes,
    rateLimit: options.rateLimit,
    outOfStock: options.outOfStock,
    limits: options.limits,
    intercept: async (request, answer) => (await faults.api(request, answer)) ?? options.intercept?.(request, answer),
    failAction: (command, resources) => faults.action(command, resources) ?? options.failAction?.(command, resources),
    rescueFaults: faults.rescue,
    addressesStay: faults.addressesStay,
    onAnswer: options.onAnswer,
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
    tokens: tokens.map(({ project, token }) => ({ project, token })),
    sshPort,
    machines: machines.name,
  }
  await ownership.publish(running)
  teardown.add(() => ownership.announceClosing())
  const close = (): Promise<void> => teardown.run()
  return {
    ...running,
    stateDir,
    attached: false,
    recovered: ownership.tookOver,
    machinesNote: machines.note ?? '',
    requests,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** A sandbox that another one runs; its life does not depend on this one. */
function attach(running: RunningSandbox, stateDir: string): Sandbox {
  const close = async (): Promise<void> => {}
  return {
    ...running,
    stateDir,
    attached: true,
    recovered: false,
    machinesNote: '',
    requests: { cloud: 0, factory: 0 },
    close,
    [Symbol.asyncDispose]: close,
  }
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
    const { pathname: path, search } = new URL(url)
    const status = isEverSent(response) ? response.status : 0
    onRequest({ server, method, path, search, status, ms: performance.now() - began })
    return response
  }
  return { requests, record }
}
