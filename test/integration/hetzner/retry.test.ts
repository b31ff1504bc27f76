import type { Intercept } from 'hcloud-sandbox'
import { resetConnection } from 'hcloud-sandbox'
import { describe, expect, test } from 'vitest'
import { createHetznerClient } from '../../../src/hetzner/client.ts'
import { isInDoubt } from '../../../src/hetzner/transport/retry.ts'
import { testSandbox } from '../../support/sandbox.ts'
import { action, apiError, FAST } from '../../unit/hetzner/fixture.ts'
import { failureOf } from '../../unit/util/failure.ts'
import { answerJson, serveLoopback } from '../util/loopback-server.ts'

type Fault = 'reset' | `${number} ${string}`

const toResponse = (fault: Fault): Response =>
  fault === 'reset' ? resetConnection() : Response.json(apiError(fault.slice(4)), { status: Number(fault.slice(0, 3)) })

/** A cloud in which the first requests that match end in faults, before or after the cloud has done the work. */
async function faultyCloud(wanted: RegExp, faults: readonly Fault[], when: 'before' | 'after' = 'before') {
  const left = [...faults]
  const seen: string[] = []
  const intercept: Intercept = async ({ method, path }, answer) => {
    if (!wanted.test(`${method} ${path}`)) return undefined
    seen.push(path)
    const fault = left.shift()
    if (fault === undefined) return undefined
    if (when === 'after') await answer()
    return toResponse(fault)
  }
  const sandbox = await testSandbox({ machines: 'none', intercept })
  const { token, endpoint } = sandbox
  const close = () => sandbox.close()
  return { client: createHetznerClient({ token, endpoint, retry: FAST }), seen, [Symbol.asyncDispose]: close }
}

const key = (name: string) => ({ name, publicKey: publicKey(), labels: { of: name } })
const publicKey = (): string => {
  const head = Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0\x20', 'latin1')
  return `ssh-ed25519 ${Buffer.concat([head, crypto.getRandomValues(new Uint8Array(32))]).toString('base64')}`
}
const server = (name: string) => ({
  name,
  serverType: 'cx23',
  location: 'fsn1',
  image: 'debian-13',
  sshKeyIds: [],
  labels: { of: name },
})

const IN_DOUBT: readonly Fault[] = ['reset', '500 server_error', '502 bad_gateway', '503 unavailable', '504 timeout']
const NOT_DONE: readonly Fault[] = ['429 rate_limit_exceeded', '409 conflict', '423 locked']
const PASSING: readonly Fault[] = ['403 maintenance', '422 service_error']

describe('a request that only reads', () => {
  test.each([...IN_DOUBT, ...NOT_DONE, ...PASSING])('is sent again after %s', async (fault) => {
    await using cloud = await faultyCloud(/^GET .locations$/, [fault])
    expect(await cloud.client.catalogue.locations()).not.toHaveLength(0)
    expect(cloud.seen).toHaveLength(2)
  })

  test('is given up after all tries, with the last fault', async () => {
    await using cloud = await faultyCloud(/^GET .locations$/, Array(9).fill('503 unavailable'))
    expect((await failureOf(cloud.client.catalogue.locations())).message).toContain('503 unavailable')
    expect(cloud.seen).toHaveLength(1 + FAST.retries)
  })

  test.each([
    '400 bad_request',
    '401 unauthorized',
    '403 forbidden',
    '404 not_found',
    '409 uniqueness_error',
    '422 invalid_input',
  ] as const)('is not sent again after %s', async (fault) => {
    await using cloud = await faultyCloud(/^GET .locations$/, [fault])
    await failureOf(cloud.client.catalogue.locations())
    expect(cloud.seen).toHaveLength(1)
  })
})

describe('creating', () => {
  test.each(IN_DOUBT)('a server whose answer was lost (%s) adopts it', async (fault) => {
    await using cloud = await faultyCloud(/^POST .servers$/, [fault], 'after')
    const { server: adopted, actions } = await cloud.client.servers.create(server('one'))
    expect(adopted).toMatchObject({ name: 'one', labels: { of: 'one' } })
    expect(actions).toBeUndefined()
    expect(await cloud.client.servers.list({})).toHaveLength(1)
  })

  test.each(IN_DOUBT)('a server that was not made (%s) is tried again under the same name', async (fault) => {
    await using cloud = await faultyCloud(/^POST .servers$/, [fault, fault])
    expect((await cloud.client.servers.create(server('two'))).server.name).toBe('two')
    expect(await cloud.client.servers.list({})).toHaveLength(1)
  })

  test('a server that the cloud never makes ends with the fault', async () => {
    await using cloud = await faultyCloud(/^POST .servers$/, Array(9).fill('503 unavailable'))
    expect((await failureOf(cloud.client.servers.create(server('three')))).message).toContain('503 unavailable')
    expect(await cloud.client.servers.list({})).toHaveLength(0)
  })

  test('a server under a name that exists adopts it', async () => {
    await using cloud = await faultyCloud(/^$/, [])
    const first = await cloud.client.servers.create(server('four'))
    const second = await cloud.client.servers.create(server('four'))
    expect(second.server.id).toBe(first.server.id)
    expect(second.actions).toBeUndefined()
  })

  test.each(NOT_DONE)('a server is tried again after %s', async (fault) => {
    await using cloud = await faultyCloud(/^POST .servers$/, [fault])
    expect((await cloud.client.servers.create(server('five'))).actions?.[0]?.command).toBe('create_server')
    expect(cloud.seen).toHaveLength(2)
  })

  test.each(PASSING)('a server is asked for once after %s: the caller has other places', async (fault) => {
    await using cloud = await faultyCloud(/^POST .servers$/, [fault])
    expect((await failureOf(cloud.client.servers.create(server('seven')))).message).toContain(fault)
    expect(cloud.seen).toHaveLength(1)
  })

  test('a snapshot may exist after 422 service_error, and is not tried again', async () => {
    await using cloud = await faultyCloud(/create_image$/, ['422 service_error'], 'after')
    const { id } = (await cloud.client.servers.create(server('eight'))).server
    const error = await failureOf(cloud.client.servers.createSnapshot(id, { description: 'd', labels: {} }))
    expect([isInDoubt(error), cloud.seen.length]).toEqual([true, 1])
  })

  test('a server that is out of stock is asked for once', async () => {
    await using cloud = await faultyCloud(/^POST .servers$/, ['412 resource_unavailable'])
    expect((await failureOf(cloud.client.servers.create(server('six')))).code).toBe('stock')
    expect(cloud.seen).toHaveLength(1)
  })

  test.each(IN_DOUBT)('an SSH key whose answer was lost (%s) adopts it', async (fault) => {
    await using cloud = await faultyCloud(/^POST .ssh_keys$/, [fault], 'after')
    expect(await cloud.client.sshKeys.create(key('one'))).toMatchObject({ name: 'one', labels: { of: 'one' } })
    expect(await cloud.client.sshKeys.list({})).toHaveLength(1)
  })

  test('an SSH key that was not made is tried again', async () => {
    await using cloud = await faultyCloud(/^POST .ssh_keys$/, ['reset'])
    expect((await cloud.client.sshKeys.create(key('two'))).name).toBe('two')
  })

  test.each(IN_DOUBT)('a snapshot is never tried again when it may exist (%s)', async (fault) => {
    await using cloud = await faultyCloud(/create_image$/, [fault], 'after')
    const { id } = (await cloud.client.servers.create(server('seven'))).server
    const error = await failureOf(cloud.client.servers.createSnapshot(id, { description: 'd', labels: {} }))
    expect(isInDoubt(error)).toBe(true)
    expect(cloud.seen).toHaveLength(1)
  })

  test('switching on is tried again, since it leads to the same state', async () => {
    await using server = await serveLoopback((_, response, count) => {
      if (count === 1) response.destroy()
      else if (count === 2) answerJson(response, 504, apiError('timeout'))
      else answerJson(response, 201, { action: action(5) })
    })
    const client = createHetznerClient({ token: 'token', endpoint: server.url, retry: FAST })
    expect((await client.servers.powerOn(1)).id).toBe(5)
    expect(server.requests.map(({ path }) => path)).toEqual(Array(3).fill('/servers/1/actions/poweron'))
  })
})

describe('changing and deleting', () => {
  test.each(IN_DOUBT)('labels are put again after %s', async (fault) => {
    await using cloud = await faultyCloud(/^PUT/, [fault], 'after')
    const { id } = await cloud.client.sshKeys.create(key('one'))
    expect((await cloud.client.sshKeys.setLabels(id, { new: 'yes' })).labels).toEqual({ new: 'yes' })
  })

  test.each(IN_DOUBT)('a deletion whose answer was lost (%s) is done', async (fault) => {
    await using cloud = await faultyCloud(/^DELETE/, [fault], 'after')
    const { id } = await cloud.client.sshKeys.create(key('two'))
    expect(await cloud.client.sshKeys.delete(id)).toBe(false)
    expect(await cloud.client.sshKeys.list({})).toEqual([])
  })

  test('what is not there counts as deleted', async () => {
    await using cloud = await faultyCloud(/^$/, [])
    expect(await cloud.client.sshKeys.delete(99)).toBe(false)
    expect(await cloud.client.images.delete(99)).toBe(false)
    expect(await cloud.client.servers.delete(99)).toBeUndefined()
  })

  test('another failure of a deletion is told', async () => {
    await using cloud = await faultyCloud(/^DELETE/, ['423 protected'])
    expect((await failureOf(cloud.client.images.delete(5))).message).toContain('protected')
  })
})

test('a port that no request may use is refused at once', async () => {
  const waits: string[] = []
  const client = createHetznerClient({
    token: 'a'.repeat(64),
    endpoint: 'http://localhost:9/v1',
    retry: FAST,
    onDelay: (text) => waits.push(text),
  })
  const { code, message } = await failureOf(client.catalogue.locations())
  expect(code).toBe('network')
  expect(message).toMatch(/: the port is one of those that HTTP clients refuse to use$/)
  expect(waits).toEqual([])
})
