import { closeSync, fstatSync, openSync, readdirSync, writeSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import * as v from 'valibot'
import { loadVariables } from '../../../src/config/load.ts'
import type { Architecture } from '../../../src/domain.ts'
import { createFactoryClient } from '../../../src/factory/client.ts'
import { createHetznerClient } from '../../../src/hetzner/client.ts'
import { Image, Server, SshKey } from '../../../src/hetzner/wire.ts'
import { plan } from '../../../src/library/plan.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import type { LocalImage, PlanRequest, SchematicFile } from '../../../src/plan/request.ts'
import { PLAIN_SERVER, type ServerRequest } from '../../../src/plan/server-settings.ts'
import { build } from '../../../src/run/build.ts'
import type { BuildEvent } from '../../../src/run/events.ts'
import type { OnError } from '../../../src/run/failed-server.ts'
import type { BuildResult } from '../../../src/run/result.ts'
import type { Timeouts } from '../../../src/run/timeouts.ts'
import type { Clock } from '../../../src/util/clock.ts'
import type { TestSandbox } from '../../support/sandbox.ts'

export interface BuildTestOptions {
  readonly architectures?: readonly Architecture[]
  readonly localImage?: LocalImage
  readonly sha256?: PlanRequest['sha256']
  readonly force?: boolean
  readonly evenInUse?: boolean
  readonly vars?: readonly string[]
  readonly signal?: AbortSignal
  readonly onEvent?: (event: BuildEvent) => void
  readonly openStdin?: () => Readable
  readonly removeMs?: number
  readonly timeouts?: Partial<Timeouts>
  readonly server?: Partial<ServerRequest>
  readonly clock?: Clock
  readonly requireHostProof?: boolean
  readonly onError?: OnError
  readonly bootTest?: boolean
  readonly schematic?: SchematicFile
  readonly allowUnproven?: boolean
  readonly parallel?: number
}

/** A client of the sandbox that does not wait long between tries. */
export function clientOf(sandbox: TestSandbox) {
  const retry = { retries: 12, firstPauseMs: 1, longestPauseMs: 1000 }
  return createHetznerClient({ token: sandbox.token, endpoint: sandbox.endpoint, retry })
}

/** Plans with the built-in defaults, for x86 alone unless told otherwise. */
export async function planIn(sandbox: TestSandbox, options: BuildTestOptions = {}): Promise<Plan> {
  const variables = await loadVariables({
    directory: undefined,
    varFiles: [],
    vars: options.vars ?? [],
    env: {},
    cwd: '/',
  })
  const request: PlanRequest = {
    variables,
    architectures: options.architectures ?? ['x86'],
    roles: [undefined],
    roleSchematics: new Map(),
    schematic: options.schematic,
    bootTest: options.bootTest ?? false,
    localImage: options.localImage,
    sha256: options.sha256 ?? {},
    force: options.force ?? false,
    evenInUse: options.evenInUse ?? false,
    noFallback: false,
    allowBiggerDisk: false,
    server: { ...PLAIN_SERVER, ...options.server },
  }
  const factory = createFactoryClient({ url: sandbox.factoryUrl, firstPauseMs: 1 })
  return plan(request, { hetzner: clientOf(sandbox), factory, signal: AbortSignal.timeout(60_000) })
}

/** Plans and builds; gives the result and all events. */
export async function buildIn(
  sandbox: TestSandbox,
  options: BuildTestOptions = {},
): Promise<{ result: BuildResult; events: BuildEvent[]; notes: string[] }> {
  const events: BuildEvent[] = []
  const result = await build({
    hetzner: clientOf(sandbox),
    plan: await planIn(sandbox, options),
    sshPort: sandbox.sshPort,
    talosPort: sandbox.talosPort,
    timeouts: {
      sshMs: 10_000,
      bootTestMs: 10_000,
      removeMs: options.removeMs ?? 20_000,
      settleMs: 600,
      ...options.timeouts,
    },
    onEvent: (event) => {
      events.push(event)
      options.onEvent?.(event)
    },
    requireHostProof: options.requireHostProof,
    onError: options.onError,
    ...(options.allowUnproven === true
      ? { stock: { waitMs: 0, allowUnproven: true, look: async ({ placements }) => placements } }
      : {}),
    parallel: options.parallel,
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.openStdin === undefined ? {} : { openStdin: options.openStdin }),
  })
  return { result, events, notes: events.flatMap((event) => (event.type === 'note' ? [event.text] : [])) }
}

/** How the cloud answers what fails. */
export const errorAnswer = (status: number, code: string): Response =>
  Response.json({ error: { code, message: `scripted ${code}` } }, { status })

/** How the cloud answers that there is nothing of a kind. @param key such as `servers` */
export const emptyList = (key: string): Response =>
  Response.json({
    [key]: [],
    meta: {
      pagination: { page: 1, per_page: 50, previous_page: null, next_page: null, last_page: 1, total_entries: 0 },
    },
  })

/** What is in the project, save for what it began with. */
export async function contentsOf(sandbox: TestSandbox) {
  const { servers } = await sandbox.api(v.object({ servers: v.array(Server) }), 'GET', '/servers')
  const { ssh_keys } = await sandbox.api(v.object({ ssh_keys: v.array(SshKey) }), 'GET', '/ssh_keys')
  const { images } = await sandbox.api(v.object({ images: v.array(Image) }), 'GET', '/images?type=snapshot')
  return { servers, sshKeys: ssh_keys, snapshots: images }
}

/** The raw disk that the sandbox's Factory serves for an image without extensions. */
export async function factoryDisk(
  sandbox: TestSandbox,
  architecture: 'arm64' | 'amd64' = 'amd64',
  version = 'v1.12.2',
): Promise<Buffer> {
  const schematic = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'
  const response = await fetch(`${sandbox.factoryUrl}/image/${schematic}/${version}/hcloud-${architecture}.raw`)
  return Buffer.from(await response.arrayBuffer())
}

/** The disk of a snapshot, as the sandbox keeps it. */
export async function snapshotDisk(sandbox: TestSandbox, id: number): Promise<Buffer> {
  return readFile(join(sandbox.cloudDir, 'snapshots', `image-${id}.raw`))
}

/** Whether a disk holds an image, and nothing but zeros behind it. */
export function holds(disk: Buffer, image: Buffer): boolean {
  return disk.subarray(0, image.length).equals(image) && disk.subarray(image.length).every((byte) => byte === 0)
}

/** Writes a few bytes into the disks of all servers, behind the machines' backs. Negative offsets count from the end. */
export function corruptServerDisks(sandbox: TestSandbox, offset: number): void {
  const folder = join(sandbox.cloudDir, 'disks')
  for (const name of readdirSync(folder)) {
    const file = openSync(join(folder, name), 'r+')
    writeSync(file, Buffer.from('corrupted'), 0, 9, offset < 0 ? fstatSync(file).size + offset : offset)
    closeSync(file)
  }
}

/** The names of the disk files that are left. */
export const diskFiles = (sandbox: TestSandbox): Promise<string[]> => readdir(join(sandbox.cloudDir, 'disks'))

/** No server can be had from a snapshot. */
export function refuseSecondServer() {
  return ({ method, path, body }: { readonly method: string; readonly path: string; readonly body: unknown }) =>
    method === 'POST' && path === '/servers' && /"image":"4\d+"/.test(JSON.stringify(body))
      ? Response.json({ error: { code: 'resource_unavailable', message: 'not in stock' } }, { status: 412 })
      : undefined
}
