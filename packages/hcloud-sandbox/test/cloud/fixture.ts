/** A cloud in a temporary folder, with tiny disks, for tests. */

import { copyFile, mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { createCloud } from '../../src/cloud/cloud.ts'
import type { Cloud, CloudOptions, Disks } from '../../src/cloud/options.ts'
import type { BootTarget, MachineSpec } from '../../src/machines/machine.ts'
import { createNoMachines } from '../../src/machines/none/machines.ts'
import { createVerdict } from '../openapi/verdict.ts'
import { Action } from '../support/wire.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'

export const TOKEN = 'a'.repeat(64)
export const READ_ONLY_TOKEN = 'b'.repeat(64)
export const OTHER_TOKEN = 'c'.repeat(64)

export const ED25519_KEY =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g one@example.com'
export const OTHER_ED25519_KEY =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICAfHh0cGxoZGBcWFRQTEhEQDw4NDAsKCQgHBgUEAwIB two@example.com'

/** Disks as plain files; a placeholder says what it is. */
export const plainDisks: Disks = {
  async createPlaceholderDisk(path, bytes) {
    await writeFile(path, 'placeholder')
    await truncate(path, bytes)
  },
  copyDisk: (from, to) => copyFile(from, to),
  readTalosDisk: async () => undefined,
  allocatedBytes: async (path) => (await stat(path)).size,
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** The parsed body; undefined when there was none. */
  readonly body: unknown
}

export interface TestCloud extends AsyncDisposable {
  readonly cloud: Cloud
  readonly clock: ManualClock
  readonly stateDir: string
  /** Every boot of a machine, in order. */
  readonly boots: { readonly spec: MachineSpec; readonly target: BootTarget }[]
  /** Sends a request; `path` is what follows `/v1`. */
  call(method: string, path: string, body?: unknown, token?: string): Promise<Answer>
  /** Sends a request that must succeed, waits until no action runs, and gives its body. */
  must<T>(schema: v.GenericSchema<unknown, T>, method: string, path: string, body?: unknown): Promise<T>
  /** Orders a stopped server, waits for it and gives its ID. */
  createServer(overrides?: object): Promise<number>
  /** Posts an action on a server, waits for it and gives it as it ended. */
  act(id: number, name: string, body?: object): Promise<Action>
}

/**
 * Makes a cloud; each of its answers is held against the published OpenAPI document.
 * @param stateDir the folder of an earlier cloud; without it a new one is made and removed in the end
 */
export async function createTestCloud(overrides: Partial<CloudOptions> = {}, stateDir?: string): Promise<TestCloud> {
  const folder = stateDir ?? (await mkdtemp(join(tmpdir(), 'talos-image-cloud-')))
  const clock = createManualClock()
  const boots: TestCloud['boots'] = []
  const verdict = createVerdict()
  const cloud = createCloud({
    machines: createNoMachines((spec, target) => boots.push({ spec, target })),
    disks: plainDisks,
    stateDir: folder,
    clock,
    latency: 'instant',
    tokens: [
      { token: TOKEN, project: 'one', readOnly: false },
      { token: READ_ONLY_TOKEN, project: 'one', readOnly: true },
      { token: OTHER_TOKEN, project: 'two', readOnly: false },
    ],
    sshPort: 2222,
    talosPort: 5022,
    allocateAddress: (number) => `127.${10 + Math.floor(number / 256)}.${number % 256}.1`,
    diskBytes: () => 64 * 1024,
    ...overrides,
    onAnswer(exchange) {
      verdict.onAnswer(exchange)
      overrides.onAnswer?.(exchange)
    },
  })
  await cloud.load()

  async function call(method: string, path: string, body?: unknown, token = TOKEN): Promise<Answer> {
    const init: RequestInit = { method, headers: { Authorization: `Bearer ${token}` } }
    if (body !== undefined) init.body = typeof body === 'string' ? body : JSON.stringify(body)
    const response = await cloud.fetch(new Request(`http://127.0.0.1/v1${path}`, init))
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
  }

  async function must<T>(
    schema: v.GenericSchema<unknown, T>,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<T> {
    const answer = await call(method, path, body)
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    await cloud.idle()
    return v.parse(schema, answer.body)
  }

  return {
    cloud,
    clock,
    stateDir: folder,
    boots,
    call,
    must,
    async createServer(order = {}) {
      const { server } = await must(WithServerId, 'POST', '/servers', { ...SERVER_ORDER, ...order })
      return server.id
    },
    async act(id, name, body) {
      const started = await must(WithAction, 'POST', `/servers/${id}/actions/${name}`, body)
      return (await must(WithAction, 'GET', `/actions/${started.action.id}`)).action
    },
    async [Symbol.asyncDispose]() {
      await cloud.close()
      if (stateDir === undefined) await rm(folder, { recursive: true, force: true })
      verdict.speak()
    },
  }
}

/** A server that is made and not started. */
export const SERVER_ORDER = {
  name: 'build',
  server_type: 'cx23',
  image: 'debian-13',
  location: 'fsn1',
  start_after_create: false,
}

const WithServerId = v.object({ server: v.object({ id: v.number() }) })
export const WithAction = v.object({ action: Action })
