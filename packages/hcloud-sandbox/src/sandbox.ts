/** The sandbox: an emulated cloud, Image Factory and machines on this computer, put together. */

import { join } from 'node:path'
import { systemClock } from './clock.ts'
import { createCloud } from './cloud/cloud.ts'
import { LATENCY_PROFILES, type TokenGrant } from './cloud/options.ts'
import { allocatedBytes, copyDisk, createPlaceholderDisk } from './disks.ts'
import { throwProblems } from './errors.ts'
import { createFactory } from './factory/factory.ts'
import { readTalosDisk } from './factory/talos-disk.ts'
import { createFaults } from './faults/faults.ts'
import { createMachines } from './machines/create.ts'
import { MACHINE_KINDS } from './machines/index.ts'
import { findSpaceProblems, findToolProblems, findTooSmallToBoot } from './needs.ts'
import { findOptionProblems, findProjectProblems } from './option-problems.ts'
import { type AnsweredRequest, type Sandbox, type SandboxOptions, toUse } from './options.ts'
import { type Clients, listenForClients } from './owner/clients.ts'
import { connectTo, toAttached } from './owner/connect.ts'
import type { Use, Welcome } from './owner/messages.ts'
import { isEverSent } from './state/faulty-answer.ts'
import { reservePort, serveHttp, toMachineAddress } from './state/loopback.ts'
import { type Attached, acquireOwnership, type Owned, type RunningSandbox } from './state/ownership.ts'
import { toFolderError } from './state/private-folder.ts'
import { createRecords } from './state/records.ts'
import { createTeardown, type Teardown } from './state/teardown.ts'
import { makeToken } from './token.ts'

export type { AnsweredRequest, Sandbox, SandboxOptions } from './options.ts'

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
  const { stateDir } = options
  for (;;) {
    const found = await startOwnSandbox(options)
    if (!('attached' in found)) return found.sandbox
    const connection = await connectTo(found, toUse(options), options)
    if (connection !== undefined) return toAttached(connection, stateDir)
  }
}

/** A sandbox that this process runs, and those who use it. */
export interface OwnSandbox {
  readonly sandbox: Sandbox
  readonly clients: Clients
  /** What a client is told that may use it from now on. */
  readonly welcome: Welcome
}

/**
 * Starts a sandbox in this process, unless the state directory has another owner.
 * @param endsWithClients whether it ends with the last process that uses it
 */
export async function startOwnSandbox(
  options: SandboxOptions,
  endsWithClients = false,
): Promise<OwnSandbox | Attached> {
  throwProblems(findOptionProblems(options))
  const { stateDir, signal, setting } = options
  const ownership = await acquireOwnership(stateDir, { signal, setting })
  if (ownership.attached !== undefined) return ownership
  const teardown = createTeardown()
  teardown.add(() => ownership.release())
  try {
    return await startOwned({ ...options, endsWithClients }, ownership, teardown)
  } catch (error) {
    // why it could not start says more than what then went wrong too
    await teardown.run().catch(() => {})
    throw toFolderError(error, stateDir, setting)
  }
}

async function startOwned(
  options: SandboxOptions & Pick<RunningSandbox, 'endsWithClients'>,
  ownership: Owned,
  teardown: Teardown,
): Promise<OwnSandbox> {
  const { stateDir, clock = systemClock, latency = LATENCY_PROFILES[0], imageDiskBytes, imageDataBytes } = options
  const own: TokenGrant = { token: makeToken(), project: 'sandbox', readOnly: false }
  const [first, ...others] = options.tokens ?? [own]
  const grants = [first, ...others]
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
  const records = createRecords(options.onAnswer)
  let tooSmall: string | undefined
  const describeMachines = (): string => [machines.note, tooSmall].filter((text) => text !== undefined).join(' ')
  /** What a process asks for that is going to use it. */
  async function provide({ needsMachines, projects, recordFile }: Use): Promise<boolean> {
    throwProblems(findProjectProblems(projects))
    if (needsMachines) {
      const tools =
        MACHINE_KINDS.find(({ name }) => name === machines.name)?.runsCommands === false ? [] : findToolProblems()
      throwProblems([...(await tools), ...(await findSpaceProblems(options))])
      await machines.check()
      tooSmall = await findTooSmallToBoot(machines.bootSystem, imageDiskBytes)
      if (tooSmall !== undefined) options.onProgress?.(tooSmall)
    }
    if (recordFile !== undefined) records.add(recordFile)
    const missing = new Set(projects.filter((name) => !grants.some(({ project }) => project === name)))
    for (const project of missing) grants.push({ ...own, token: makeToken(), project })
    return missing.size > 0
  }
  await provide(toUse(options))

  const factory = createFactory({
    yamlRelease: faults.yamlRelease,
    spoilsDisk: faults.spoilsDisk,
    bootSystem: machines.bootSystem,
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

  const [ssh, talos] = await reservePorts(options, teardown)
  const sshPort = ssh.port
  const talosPort = talos.port

  const cloud = createCloud({
    machines,
    disks: { createPlaceholderDisk, copyDisk, allocatedBytes, readTalosDisk },
    stateDir: join(stateDir, 'cloud'),
    clock,
    latency,
    tokens: grants,
    sshPort,
    talosPort,
    allocateAddress: toMachineAddress,
    diskBytes: (architecture) => faults.diskBytes(architecture) ?? options.serverDiskBytes,
    rateLimit: options.rateLimit,
    outOfStock: options.outOfStock,
    limits: options.limits,
    intercept: async (request, answer) => (await faults.api(request, answer)) ?? options.intercept?.(request, answer),
    failAction: (command, resources) => faults.action(command, resources) ?? options.failAction?.(command, resources),
    rescueFaults: faults.rescue,
    addressesStay: faults.addressesStay,
    get onAnswer() {
      return records.listener()
    },
  })
  await cloud.load()
  teardown.add(() => cloud.close())

  const { requests, record } = createRecorder(options.onRequest)
  const factoryServer = await serveHttp(record('factory', factory.app.fetch), options.factoryPort ?? 0)
  teardown.add(() => factoryServer.close())
  const cloudServer = await serveHttp(record('cloud', cloud.fetch), options.port ?? 0)
  teardown.add(() => cloudServer.close())

  const clients = await listenForClients({
    token: first.token,
    endsWithClients: options.endsWithClients,
    async join(use) {
      if (await provide(use)) await ownership.publish(describe())
      return welcome()
    },
  })
  teardown.add(() => clients.close())

  const describe = (): RunningSandbox => ({
    endpoint: `http://127.0.0.1:${cloudServer.port}/v1`,
    factoryUrl: `http://127.0.0.1:${factoryServer.port}`,
    token: first.token,
    tokens: grants.map(({ project, token }) => ({ project, token })),
    sshPort,
    talosPort,
    machines: machines.name,
    imageDiskBytes,
    clientPort: clients.port,
    endsWithClients: options.endsWithClients,
  })
  const welcome = (): Welcome => ({
    type: 'running',
    sandbox: describe(),
    recovered: ownership.tookOver,
    machinesNote: describeMachines(),
  })
  await ownership.publish(describe())
  teardown.add(() => ownership.announceClosing())
  const close = (): Promise<void> => teardown.run()
  const sandbox = {
    ...describe(),
    stateDir,
    attached: false,
    recovered: ownership.tookOver,
    machinesNote: describeMachines(),
    requests,
    clients: clients.count,
    unused: clients.gone,
    close,
    [Symbol.asyncDispose]: close,
  }
  return { sandbox, clients, welcome: welcome() }
}

/** Of the machines: those of SSH and of Talos. */
async function reservePorts({ sshPort = 0 }: SandboxOptions, teardown: Teardown) {
  const reserve = async (port: number, words: Parameters<typeof reservePort>[1]) => {
    const listener = await reservePort(port, words)
    teardown.add(() => listener.close())
    return listener
  }
  const ssh = await reserve(sshPort, {
    what: `the sandbox's servers cannot have the SSH port ${sshPort}`,
    hint: 'end what has it, maybe another sandbox, or choose another one (--ssh-port); without one it is any that is free',
  })
  const talos = await reserve(0, {
    what: "the sandbox's servers find no port for Talos",
    hint: 'end what listens here',
  })
  return [ssh, talos] as const
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
