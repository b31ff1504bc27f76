/** Where the pipelines run: one server of a sandbox, in its rescue system, and an image of real size for it. */

import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MachineKind, MachineSpec } from 'hcloud-sandbox'
import { MACHINE_KINDS, type MachineKindName, type Sandbox, startSandbox } from 'hcloud-sandbox'
import { EMPTY_SCHEMATIC, schematicId } from 'talos-schematic'
import { assetUrl, type DiskSuffix } from '../../src/factory/asset.ts'
import { createHetznerClient } from '../../src/hetzner/client.ts'
import type { Action } from '../../src/hetzner/wire.ts'
import { createKeyPair } from '../../src/remote/key-pair.ts'
import type { Session } from '../../src/remote/session.ts'
import { waitForSsh } from '../../src/remote/wait-for-ssh.ts'
import { systemClock } from '../../src/util/clock.ts'
import { RESCUE_CACHE } from '../end-to-end/cache.ts'
import { readProcessorMs, type Sample, withTimes } from './in-turns.ts'

/** The server's disk, as it sees it. It is there only in the machine, whose isolation was verified. */
export const DEVICE = '/dev/sda'
/** Longer than any command here takes, in milliseconds. */
const TIMEOUT_MS = 1_800_000
/** A type with two processors and a disk of 40 GB. */
const SERVER_TYPE = 'cx23'
const TALOS_VERSION = 'v1.12.2'

/** `ms` is from sending the command until its end is known. */
export interface Outcome extends Sample {
  readonly stdout: string
}

export interface Place extends AsyncDisposable {
  readonly machines: MachineKindName
  /** The server's disk, a plain file of the host. */
  readonly diskFile: string
  /** The image as the Factory keeps it, unpacked: a sparse file of the host. */
  readonly rawFile: string
  readonly diskBytes: number
  readonly imageBytes: number
  /** A folder on the same file system, for files of one's own. */
  readonly folder: string
  /** Where the server downloads the image. */
  url(suffix: DiskSuffix): string
  /** Runs a bash script on the server. @throws Error when it does not end well */
  run(name: string, script: string): Promise<Outcome>
}

/** What the servers are, and the image. */
export interface PlaceOptions {
  readonly machines: MachineKindName
  readonly imageMib: number
  /** About so much of the image is data. */
  readonly dataMib: number
}

const MIB = 1 << 20

/** Starts a sandbox in a temporary folder, and boots one server into its rescue system. */
export async function openPlace({ machines, imageMib, dataMib }: PlaceOptions): Promise<Place> {
  const stateDir = await mkdtemp(join(tmpdir(), 'talos-image-bench-'))
  const removeState = (): Promise<void> => rm(stateDir, { recursive: true, force: true })
  const { kind, specs } = remembering(await createMachines(machines))
  try {
    const [imageDiskBytes, imageDataBytes] = [imageMib * MIB, dataMib * MIB]
    const sandbox = await startSandbox({ stateDir, machines: kind, imageDiskBytes, imageDataBytes })
    try {
      const url = await makeAssets(sandbox)
      const session = await bootRescue(sandbox, specs)
      const { diskFile } = only(specs)
      const rawFile = await findRawFile(stateDir)
      const [{ size: diskBytes }, { size: imageBytes }] = [await stat(diskFile), await stat(rawFile)]
      return {
        ...{ machines, diskFile, rawFile, diskBytes, imageBytes },
        folder: stateDir,
        url,
        run: (name, script) => runTimed(session, name, script),
        async [Symbol.asyncDispose]() {
          session.end()
          await sandbox.close()
          await removeState()
        },
      }
    } catch (error) {
      await sandbox.close()
      throw error
    }
  } catch (error) {
    await removeState()
    throw error
  }
}

async function createMachines(name: MachineKindName): Promise<MachineKind> {
  const kind = MACHINE_KINDS.find((one) => one.name === name)
  if (kind === undefined) throw new RangeError(`there are no ${name} machines`)
  const [faults, bootMs, signal] = [undefined, 0, undefined]
  return await kind.create({ cacheDir: RESCUE_CACHE, faults, bootMs, clock: systemClock, signal })
}

/** Machines of a kind that also tells which ones it made. */
function remembering(machines: MachineKind): { kind: MachineKind; specs: readonly MachineSpec[] } {
  const specs: MachineSpec[] = []
  const create: MachineKind['create'] = (spec) => {
    specs.push(spec)
    return machines.create(spec)
  }
  return { kind: { ...machines, create }, specs }
}

function only(specs: readonly MachineSpec[]): MachineSpec {
  const [spec] = specs
  if (spec === undefined || specs.length > 1) throw new Error(`there are ${specs.length} machines instead of one`)
  return spec
}

/** A HEAD makes an asset, so that no pipeline waits for it. */
async function makeAssets({ factoryUrl }: Sandbox): Promise<Place['url']> {
  const asset = { schematicId: schematicId(EMPTY_SCHEMATIC), talosVersion: TALOS_VERSION, architecture: 'x86' } as const
  const url = (suffix: DiskSuffix): string => assetUrl(factoryUrl, asset, suffix)
  for (const suffix of ['.raw', '.raw.zst', '.raw.xz'] as const) {
    const { ok, status } = await fetch(url(suffix), { method: 'HEAD' })
    if (!ok) throw new Error(`the Factory answers ${status} for ${url(suffix)}`)
  }
  return url
}

async function findRawFile(stateDir: string): Promise<string> {
  const found = (await readdir(stateDir, { recursive: true })).find((path) => path.endsWith('hcloud-amd64.raw'))
  if (found === undefined) throw new Error(`the Factory keeps no raw disk below ${stateDir}`)
  return join(stateDir, found)
}

async function bootRescue({ endpoint, token }: Sandbox, specs: readonly MachineSpec[]): Promise<Session> {
  const hetzner = createHetznerClient({ endpoint, token })
  const { signal } = new AbortController()
  const wait = (action: Action): Promise<void> =>
    hetzner.actions.wait(action, { signal, timeoutMs: TIMEOUT_MS, name: action.command })
  const { privateKey, publicKey } = await createKeyPair('bench')
  const key = await hetzner.sshKeys.create({ name: 'bench', publicKey, labels: {} })
  const { server, actions = [] } = await hetzner.servers.create({
    ...{ name: 'bench', serverType: SERVER_TYPE, location: 'fsn1', image: 'debian-13' },
    ...{ sshKeyIds: [key.id], labels: {} },
  })
  for (const action of actions) await wait(action)
  await wait((await hetzner.servers.enableRescue(server.id, [key.id])).action)
  await wait(await hetzner.servers.powerOn(server.id))
  const { address, sshPort } = only(specs)
  return waitForSsh({ host: address, port: sshPort, privateKey }, { clock: systemClock, signal, timeoutMs: TIMEOUT_MS })
}

async function runTimed(session: Session, name: string, script: string): Promise<Outcome> {
  const { signal } = new AbortController()
  const began = performance.now()
  const { exitCode, stdout, stderr } = await session.run(withTimes(script), { signal, timeoutMs: TIMEOUT_MS, name })
  const ms = performance.now() - began
  if (exitCode !== 0) throw new Error(`${name} ended with ${exitCode}: ${stdout}${stderr}`)
  return { ms, processorMs: readProcessorMs(stdout), stdout }
}
