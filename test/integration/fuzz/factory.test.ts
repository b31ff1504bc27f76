/** The Image Factory client, given valid answers that were made wrong. */

import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createFactoryClient, type FactoryClient } from '../../../src/factory/client.ts'
import { mutateBytes, mutateJson, SECRETS } from '../../unit/fuzz/mutate.ts'
import { fuzz, pickAny, type Random } from '../../unit/fuzz/random.ts'
import { problemsOf } from '../../unit/fuzz/verdict.ts'
import { failureOf } from '../../unit/util/failure.ts'
import { type LoopbackServer, serveLoopback } from '../util/loopback-server.ts'
import { POURED, pour } from './pour.ts'

let server: LoopbackServer
let answer: (response: ServerResponse) => void

beforeAll(async () => {
  server = await serveLoopback((_, response) => answer(response))
})
afterAll(() => server[Symbol.asyncDispose]())

const client = (): FactoryClient =>
  createFactoryClient({ url: server.url, timeoutMs: 5000, retries: 2, firstPauseMs: 0 })

const SCHEMATIC = { id: 'a'.repeat(64), schematic: 'customization: {}\n' }
const EXTENSIONS = [
  { name: 'siderolabs/gvisor', ref: 'ghcr.io/siderolabs/gvisor:2026', digest: `sha256:${'b'.repeat(64)}` },
]

interface Call {
  readonly right: unknown
  readonly call: (factory: FactoryClient) => Promise<unknown>
}
const CALLS: readonly [Call, ...Call[]] = [
  { right: SCHEMATIC, call: (factory) => factory.submitSchematic('{}') },
  { right: 'customization: {}', call: (factory) => factory.readSchematic('a'.repeat(64)) },
  { right: ['v1.12.2', 'v1.13.0-alpha.1'], call: (factory) => factory.versions() },
  { right: EXTENSIONS, call: (factory) => factory.extensions('v1.12.2') },
  { right: 'no such asset', call: (factory) => factory.probe(`${factory.url}/image/x/v1/hcloud-arm64.raw.xz`) },
]

const STATUSES = [200, 201, 204, 206, 400, 401, 404, 418, 429, 500, 502, 599] as const

async function tryCall(random: Random, make: (right: unknown) => Uint8Array): Promise<void> {
  const { right, call } = random.pick(CALLS)
  const status = random.chance(0.5) ? 200 : (pickAny(random, STATUSES) ?? 200)
  const body = make(right)
  const id = random.pick(['1', SECRETS.token, 'x'.repeat(8000)])
  answer = (response) => response.writeHead(status, { 'x-request-id': id }).end(body)
  await problemsOf(() => call(client()))
}

vi.setConfig({ testTimeout: 60_000 })

describe('an answer of the Factory', () => {
  it('of another structure is read, or refused', async () => {
    await fuzz(300, (random) =>
      tryCall(random, (right) => Buffer.from(JSON.stringify(mutateJson(random, right)) ?? '')),
    )
  })

  it('that is damaged, or no JSON, is read, or refused', async () => {
    await fuzz(300, (random) =>
      tryCall(random, (right) => mutateBytes(random, Buffer.from(`${JSON.stringify(right)} ${SECRETS.token}`))),
    )
  })

  it.each([
    ['as it is', {}],
    ['packed', { 'content-encoding': 'gzip' }],
  ])('without end, %s, is cut off', async (_, encoding: Record<string, string>) => {
    const sent = { bytes: 0 }
    answer = (response) => pour(response.writeHead(200, encoding), 'content-encoding' in encoding, sent)
    // A list that was read to its end would be one of the wrong form, which is another code.
    expect((await failureOf(client().versions())).code).toBe('network')
    if (!('content-encoding' in encoding)) expect(sent.bytes).toBeLessThan(POURED)
  })
})
