/** Where requests are counted: emulated projects of their own, with the latencies of a real cloud. */

import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Sandbox, startSandbox } from 'hcloud-sandbox'
import { parseSchematic } from 'talos-schematic'
import { loadVariables } from '../../src/config/load.ts'
import { ARCHITECTURES, HCLOUD_TALOS_ROLES, type Role } from '../../src/domain.ts'
import { createFactoryClient } from '../../src/factory/client.ts'
import { createHetznerClient } from '../../src/hetzner/client.ts'
import { plan } from '../../src/library/plan.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { SchematicFile } from '../../src/plan/request.ts'
import { systemClock } from '../../src/util/clock.ts'
import { createFastClock } from '../../test/reliability/fast-clock.ts'
import { planRequest } from '../../test/unit/plan/fixture.ts'
import type { SeenRequest } from './count.ts'

const MIB = 1024 * 1024
/** Small, so that what the processors do is soon done. */
const DISKS = { imageDiskBytes: 16 * MIB, imageDataBytes: 3 * MIB, serverDiskBytes: 64 * MIB }

/** What is built: one x86 image, or all four of both roles. */
export type Wanted = 'one' | 'roles'

export interface Place extends AsyncDisposable {
  readonly sandbox: Sandbox
  /** All requests to the cloud so far. */
  readonly seen: readonly SeenRequest[]
}

/** What all places begin with: an Image Factory that has made every disk already. */
export interface Beginning extends AsyncDisposable {
  /** A folder that goes with it. */
  readonly folder: string
  /** Where the images' disks are, packed with xz, below the address of any Factory; by the names of the images. */
  readonly paths: ReadonlyMap<string, string>
}

/** Lets a Factory make all disks that will be requested. */
export async function prepare(): Promise<Beginning> {
  const folder = await mkdtemp(join(tmpdir(), 'talos-image-bench-'))
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    await using sandbox = await startSandbox({ ...DISKS, stateDir: join(folder, 'made'), machines: 'none' })
    const paths = new Map<string, string>()
    for (const wanted of ['one', 'roles'] as const) {
      for (const { name, source } of (await planIn(sandbox, wanted)).images) {
        if (source.kind !== 'factory') throw new Error(`the source of ${name} is ${source.kind}`)
        const xz = source.url.replace(/\.zst$/, '.xz')
        const { ok, status } = await fetch(xz, { method: 'HEAD' })
        if (!ok) throw new Error(`the Factory answers ${status} for ${xz}`)
        paths.set(name, new URL(xz).pathname)
      }
    }
    return { folder, paths, [Symbol.asyncDispose]: remove }
  } catch (error) {
    await remove()
    throw error
  }
}

export interface PlaceOptions {
  /** Of the machines; any by default. */
  readonly sshPort?: number
  /** How fast its clock runs: at 0.5 everything takes twice as long. */
  readonly pace?: number
}

/**
 * Starts an emulated project on `namespace` machines.
 * @param name of its folder, new
 */
export async function openPlace(
  { folder }: Beginning,
  name: string,
  { sshPort, pace = 1 }: PlaceOptions = {},
): Promise<Place> {
  const stateDir = join(folder, name)
  await cp(join(folder, 'made'), stateDir, { recursive: true })
  const seen: SeenRequest[] = []
  const clock = pace === 1 ? systemClock : createFastClock(pace)
  const sandbox = await startSandbox({
    ...DISKS,
    sshPort,
    stateDir,
    clock,
    latency: 'realistic',
    onRequest({ server, method, path, status }) {
      if (server === 'cloud') seen.push({ method, path, status, atMs: performance.now() })
    },
  })
  return { sandbox, seen, [Symbol.asyncDispose]: () => sandbox.close() }
}

/** Plans as the command does, with the defaults of `_packer`. */
export async function planIn(sandbox: Sandbox, wanted: Wanted): Promise<Plan> {
  const roles = wanted === 'roles' ? HCLOUD_TALOS_ROLES : []
  const roleSchematics = new Map<Role, SchematicFile>()
  for (const role of roles) {
    const file = `_packer/schematic-${role}.yaml`
    roleSchematics.set(role, { file, parsed: parseSchematic(await readFile(file, 'utf8'), file) })
  }
  const request = planRequest({
    variables: await loadVariables({ directory: undefined, varFiles: [], vars: [], env: {}, cwd: '/' }),
    architectures: wanted === 'one' ? ['x86'] : ARCHITECTURES,
    roles: wanted === 'one' ? [undefined] : roles,
    roleSchematics,
  })
  return plan(request, {
    hetzner: createHetznerClient(sandbox),
    factory: createFactoryClient({ url: sandbox.factoryUrl }),
    signal: new AbortController().signal,
  })
}
