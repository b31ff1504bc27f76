/** A machine with a small disk, and a client that logs in to it. */

import { once } from 'node:events'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import ssh2, { type ClientChannel } from 'ssh2'
import type { BootTarget, Machine } from '../../src/machines/machine.ts'
import { type Isolation, openIsolation, type Sabotage } from '../../src/machines/namespace/isolation.ts'
import { createNamespaceMachines, type NamespaceMachinesOptions } from '../../src/machines/namespace/machines.ts'

export const MIB = 1024 * 1024

/** A folder that only this user can look into, and that is gone afterwards. */
export async function makeFolder() {
  const path = await mkdtemp(join(tmpdir(), 'machine-test-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

export async function makeDisk(path: string, bytes: number): Promise<string> {
  const handle = await open(path, 'wx')
  await handle.truncate(bytes)
  await handle.close()
  return path
}

export async function findFreePort(address: string): Promise<number> {
  const server = createServer().listen(0, address)
  await once(server, 'listening')
  const bound = server.address()
  server.close()
  if (bound === null || typeof bound === 'string') throw new Error('not a port')
  return bound.port
}

export interface Result {
  readonly status: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly channel: ClientChannel
  readonly result: Promise<Result>
}

/** A logged in client. */
export interface Shell extends AsyncDisposable {
  readonly client: ssh2.Client
  run(command: string, input?: string | Readable): Promise<Result>
  start(command: string): Promise<Running>
}

export async function logIn(machine: Machine, how: { privateKey: string } | { password: string }): Promise<Shell> {
  const { address: host, sshPort: port } = machine.spec
  const client = new ssh2.Client()
  const closed = new Promise<void>((resolve) => {
    client.on('close', resolve)
  })
  // Stays: a machine that loses its power resets the connection.
  const ready = new Promise<void>((resolve, reject) => {
    client.on('ready', resolve).on('error', reject)
    client.on('close', () => reject(new Error('the machine hung up')))
  })
  client.connect({ host, port, username: 'root', ...how })
  await ready
  client.setNoDelay(true)
  const start = async (command: string): Promise<Running> => {
    const channel = await new Promise<ClientChannel>((resolve, reject) => {
      client.exec(command, (error, opened) => (error === undefined ? resolve(opened) : reject(error)))
    })
    const end = new Promise<{ status: number | null; signal: string | null }>((resolve) => {
      let status: number | null = null
      let signal: string | null = null
      channel.on('exit', (code: number | null, name?: string) => {
        status = code
        signal = name ?? null
      })
      channel.on('close', () => resolve({ status, signal }))
    })
    const output = Promise.all([buffer(channel), text(channel.stderr)])
    const result = Promise.all([end, output]).then(([how, [stdout, stderr]]) => ({
      ...how,
      stdout: stdout.toString('utf8'),
      stderr,
    }))
    return { channel, result }
  }
  return {
    client,
    start,
    async run(command, input = '') {
      const { channel, result } = await start(command)
      Readable.from(typeof input === 'string' ? [input] : input).pipe(channel)
      return result
    },
    async [Symbol.asyncDispose]() {
      client.end()
      await closed
    },
  }
}

export interface MachineOptions extends NamespaceMachinesOptions {
  readonly diskBytes?: number
  readonly target?: Partial<BootTarget>
}

/** ssh2 1.17 makes keys that it cannot read itself, one in 256. */
export function makeKeys(): { public: string; private: string } {
  const keys = ssh2.utils.generateKeyPairSync('ed25519')
  return ssh2.utils.parseKey(keys.private) instanceof Error ? makeKeys() : keys
}

/** A machine that is off, with everything to switch it on and to log in. */
export async function makeMachine(options: MachineOptions = {}) {
  const folder = await makeFolder()
  const keys = makeKeys()
  const address = `127.0.${1 + Math.floor(Math.random() * 250)}.${1 + Math.floor(Math.random() * 250)}`
  const machine = createNamespaceMachines(options).create({
    id: 42,
    name: 'build-arm',
    architecture: 'arm',
    address,
    sshPort: await findFreePort(address),
    talosPort: await findFreePort(address),
    diskFile: await makeDisk(join(folder.path, 'disk.raw'), options.diskBytes ?? 8 * MIB),
  })
  const target: BootTarget = {
    system: 'rescue',
    authorizedKeys: [`${keys.public} someone`],
    rootPassword: 'letmein',
    ...options.target,
  }
  return {
    machine,
    folder: folder.path,
    diskFile: machine.spec.diskFile,
    target,
    logIn: (how: { privateKey: string } | { password: string } = { privateKey: keys.private }) => logIn(machine, how),
    async [Symbol.asyncDispose]() {
      await machine.powerOff()
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** Runs a command in an isolation, without SSH in front of it. */
export async function runIn(isolation: Isolation, command: string): Promise<Result> {
  const child = isolation.start(command)
  child.stdin.on('error', () => undefined).end()
  const end = new Promise<{ status: number | null; signal: string | null }>((resolve) => {
    child.on('close', (status, signal) => resolve({ status, signal }))
  })
  const [how, stdout, stderr] = await Promise.all([end, text(child.stdout), text(child.stderr)])
  return { ...how, stdout, stderr }
}

/** A machine without SSH, on a disk of its own. */
export async function makeIsolation(options: { diskBytes?: number; sabotage?: Sabotage } = {}) {
  const folder = await makeFolder()
  const diskFile = join(folder.path, 'disk.raw')
  try {
    await makeDisk(diskFile, options.diskBytes ?? 8 * MIB)
    const { sabotage } = options
    const isolation = await openIsolation({
      diskFile,
      hostName: 'rescue',
      system: 'rescue',
      ...(sabotage === undefined ? {} : { sabotage }),
    })
    return {
      isolation,
      diskFile,
      run: (command: string) => runIn(isolation, command),
      async [Symbol.asyncDispose]() {
        await isolation.close()
        await folder[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await folder[Symbol.asyncDispose]()
    throw error
  }
}
