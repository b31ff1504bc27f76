import { request as httpRequest } from 'node:http'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { createFaults } from '../../../src/faults/faults.ts'
import { parseFaultFlag } from '../../../src/faults/parse.ts'
import type { AnsweredRequest, SandboxOptions } from '../../../src/options.ts'
import { createTestCloud, SERVER_ORDER } from '../../cloud/fixture.ts'
import { createManualClock } from '../../cloud/manual-clock.ts'
import { EMPTY, testFactory } from '../../factory/test-factory.ts'
import { type TestSandbox, testSandbox } from '../../support/sandbox.ts'

const ASSET = `/image/${EMPTY}/v1.12.2/hcloud-amd64.raw.zst`

/** A sandbox with rules, and what they did. */
async function faultySandbox(rules: readonly string[], options: Partial<SandboxOptions> = {}) {
  const reported: string[] = []
  const sandbox = await testSandbox({
    machines: 'none',
    faults: rules.map(parseFaultFlag),
    onFault: (text) => reported.push(text),
    ...options,
  })
  return { ...sandbox, reported }
}

async function call({ endpoint, token }: TestSandbox, method: string, path: string, body?: object) {
  const response = await fetch(`${endpoint}${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { response, text: await response.text() }
}

const Names = v.object({ servers: v.array(v.object({ name: v.string() })) })
const namesOf = async (sandbox: TestSandbox): Promise<string[]> =>
  (await sandbox.api(Names, 'GET', '/servers')).servers.map(({ name }) => name)

describe('the cloud', () => {
  test.each([
    ['400', 'json_error'],
    ['401', 'unauthorized'],
    ['403', 'forbidden'],
    ['404', 'not_found'],
    ['405', 'method_not_allowed'],
    ['409', 'conflict'],
    ['410', 'deprecated_api_endpoint'],
    ['412', 'resource_unavailable'],
    ['418', 'invalid_input'],
    ['422', 'invalid_input'],
    ['423', 'locked'],
    ['429', 'rate_limit_exceeded'],
    ['500', 'server_error'],
    ['502', 'server_error'],
    ['503', 'unavailable'],
    ['504', 'timeout'],
    ['403 code=maintenance message="not today"', 'maintenance', 'not today'],
  ])(
    'answers %s with the documented code',
    async (effect, code, message = expect.stringContaining('a fault of the')) => {
      await using cloud = await createTestCloud({ intercept: faultsOf(`api GET /pricing ${effect}`).api })
      const answer = await cloud.call('GET', '/pricing')
      expect(answer).toMatchObject({
        status: Number(effect.slice(0, 3)),
        body: { error: { code, message, details: null } },
      })
      expect((await cloud.call('POST', '/pricing')).status).toBe(501)
      expect((await cloud.call('GET', '/locations')).status).toBe(200)
    },
  )

  test('has its rate limit set by a rule', async () => {
    const clock = createManualClock()
    const { api } = createFaults([parseFaultFlag('api * ** 429 reset-in=90s times=1')], { clock })
    await using cloud = await createTestCloud({ intercept: api, clock })
    const { headers } = await cloud.call('GET', '/pricing')
    expect(headers.get('RateLimit-Limit')).toBe('3600')
    expect(headers.get('RateLimit-Remaining')).toBe('0')
    expect(headers.get('RateLimit-Reset')).toBe(String(clock.now() / 1000 + 90))
    expect((await cloud.call('GET', '/pricing')).headers.get('RateLimit-Remaining')).toBe('3598')
  })

  test('answers like a proxy in front of it', async () => {
    await using sandbox = await faultySandbox(['api * /pricing 502 body=html times=1', 'api * /pricing 504 body=none'])
    const page = await call(sandbox, 'GET', '/pricing')
    expect(page.response.headers.get('Content-Type')).toBe('text/html')
    expect(page).toMatchObject({ response: { status: 502 }, text: expect.stringContaining('502 Bad Gateway') })
    expect(await call(sandbox, 'GET', '/pricing')).toMatchObject({ response: { status: 504 }, text: '' })
  })

  test('refuses a User-Agent that a rule names, and no other', async () => {
    await using sandbox = await faultySandbox(['factory * ** 403 agent="curl/*"'])
    const ask = (agent: string) => fetch(`${sandbox.factoryUrl}/versions`, { headers: { 'User-Agent': agent } })
    expect((await ask('curl/8.5.0')).status).toBe(403)
    expect((await ask('talos-image/1.0.0 (+https://example.com)')).status).toBe(200)
  })

  test('has odd entries in its lists, and in the lists inside them', async () => {
    await using sandbox = await faultySandbox(['api GET /locations odd-entry', 'api GET /server_types odd-entry'])
    const { locations } = JSON.parse((await call(sandbox, 'GET', '/locations')).text)
    expect(locations.slice(-3)).toMatchObject([
      { name: 'fsn1', network_zone: 'unheard-of' },
      { id: expect.any(Number), name: null },
      null,
    ])
    const { server_types: types } = JSON.parse((await call(sandbox, 'GET', '/server_types')).text)
    expect(types[0].locations.slice(-2)).toEqual([expect.objectContaining({ name: null }), null])
    expect(types.at(-3)).toMatchObject({ architecture: 'unheard-of' })
  })

  test('does nothing before a fault, and its work before one that comes after the effect', async () => {
    await using sandbox = await faultySandbox([
      'api POST /servers reset times=1',
      'api POST /servers reset after-effect times=1',
      'api POST /servers 500 after-effect times=1',
    ])
    const order = (name: string) => call(sandbox, 'POST', '/servers', { ...SERVER_ORDER, name })
    await expect(order('one')).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
    expect(await namesOf(sandbox)).toEqual([])
    await expect(order('two')).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
    expect((await order('three')).response.status).toBe(500)
    expect((await order('four')).response.status).toBe(201)
    expect(await namesOf(sandbox)).toEqual(['two', 'three', 'four'])
    expect(sandbox.reported).toEqual([
      'api POST /servers reset times=1 (at POST /servers)',
      'api POST /servers reset after-effect times=1 (at POST /servers)',
      'api POST /servers 500 after-effect times=1 (at POST /servers)',
    ])
  })

  test.each(['hang', 'hang after-effect', 'slow delay=1m', 'slow delay=1m after-effect'])(
    'never answers with %s, and closes all the same',
    async (effect) => {
      await using sandbox = await faultySandbox([`api POST /servers ${effect}`])
      const ordered = call(sandbox, 'POST', '/servers', SERVER_ORDER).catch((error: Error) => error.message)
      await expect.poll(() => sandbox.reported).toHaveLength(1)
      if (effect.includes('after-effect')) await expect.poll(() => namesOf(sandbox)).toEqual(['build'])
      else expect(await namesOf(sandbox)).toEqual([])
      await sandbox.close()
      expect(await ordered).toBe('fetch failed')
    },
  )

  test('does nothing for a client that does not wait', async () => {
    const clock = createManualClock()
    const { api } = createFaults([parseFaultFlag('api POST /servers slow delay=1m')], { clock })
    const told: string[] = []
    const onRequest = ({ method }: AnsweredRequest): number => told.push(method)
    await using sandbox = await testSandbox({ machines: 'none', intercept: api, onRequest })
    const { endpoint, token } = sandbox
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
    const client = httpRequest(`${endpoint}/servers`, { method: 'POST', headers }).on('error', () => undefined)
    client.end(JSON.stringify(SERVER_ORDER))
    await clock.asleep()
    client.destroy()
    await expect.poll(() => told).toEqual(['POST'])
    clock.advance(60_000)
    expect(await namesOf(sandbox)).toEqual([])
  })

  test.each(['', ' after-effect'])('answers as ever when the time of slow%s is over', async (when) => {
    const clock = createManualClock()
    const { api } = createFaults([parseFaultFlag(`api POST /servers slow delay=1m${when}`)], { clock })
    await using cloud = await createTestCloud({ intercept: api })
    let status = 0
    const ordered = cloud.call('POST', '/servers', SERVER_ORDER).then((answer) => {
      status = answer.status
    })
    await clock.asleep()
    clock.advance(59_999)
    const { body } = await cloud.call('GET', '/servers')
    expect(body).toMatchObject({ servers: when === '' ? [] : [{ name: 'build' }] })
    expect(status).toBe(0)
    clock.advance(1)
    await ordered
    expect(status).toBe(201)
  })

  test.each([
    ['truncate at=10', 'terminated'],
    ['truncate at=0', 'terminated'],
  ])('breaks off an answer: %s', async (effect, message) => {
    await using sandbox = await faultySandbox([`api GET /pricing ${effect} times=1`])
    await expect(call(sandbox, 'GET', '/pricing')).rejects.toThrow(message)
    expect((await call(sandbox, 'GET', '/pricing')).response.status).toBe(200)
  })
})

describe('the Image Factory', () => {
  async function download({ factoryUrl }: TestSandbox, init: RequestInit = {}) {
    const response = await fetch(`${factoryUrl}${ASSET}`, init)
    return { response, bytes: Buffer.from(await response.arrayBuffer()) }
  }

  const BODY = '{ customization: { extraKernelArgs: [quiet] } }'

  async function submit({ factoryUrl }: TestSandbox): Promise<Response> {
    return fetch(`${factoryUrl}/schematics`, { method: 'POST', body: BODY })
  }

  test('refuses in plain text, before or after its work', async () => {
    await using sandbox = await faultySandbox([
      'factory POST /schematics 503 message=closed times=1',
      'factory POST /schematics 500 times=1 after-effect',
      'factory * /versions 502 body=html',
      'factory GET /version/** 504 body=none',
    ])
    const { factoryUrl } = sandbox
    await using sound = await testFactory()
    const { id } = await sound.submit(BODY)
    const schematic = async (): Promise<number> => (await fetch(`${factoryUrl}/schematics/${id}`)).status
    const closed = await submit(sandbox)
    expect(closed.headers.get('Content-Type')).toBe('text/plain; charset=utf-8')
    expect([closed.status, await closed.text(), await schematic()]).toEqual([503, 'closed\n', 404])
    expect([(await submit(sandbox)).status, await schematic()]).toEqual([500, 200])
    expect((await submit(sandbox)).status).toBe(201)
    expect(await (await fetch(`${factoryUrl}/versions`)).text()).toContain('<h1>502 Bad Gateway</h1>')
    expect((await fetch(`${factoryUrl}/version/v1.12.2/extensions/official`)).status).toBe(504)
  })

  test('sends images that break off, or have another byte in them', async () => {
    await using sandbox = await faultySandbox([
      'factory GET /image/** truncate at=100KiB skip=1 times=1',
      'factory GET /image/*/*/*.zst alter at=100KiB skip=2 times=1',
      'factory GET /image/** alter at=1GiB times=1',
    ])
    const { bytes: whole, response } = await download(sandbox)
    expect(response.headers.get('Content-Length')).toBe(String(whole.length))
    await expect(download(sandbox)).rejects.toThrow('terminated')
    const { bytes } = await download(sandbox)
    const differing = [...bytes.keys()].filter((at) => bytes[at] !== whole[at])
    expect([bytes.length, differing]).toEqual([whole.length, [100 * 1024]])
    expect((await download(sandbox)).bytes.equals(whole)).toBe(true)
    const part = await download(sandbox, { headers: { Range: 'bytes=1000-1999' } })
    expect([part.response.status, part.bytes.equals(whole.subarray(1000, 2000))]).toEqual([206, true])
  })

  test('stops in the middle of an image, and closes all the same', async () => {
    await using sandbox = await faultySandbox(['factory GET /image/** stall at=100000 times=1'])
    const response = await fetch(`${sandbox.factoryUrl}${ASSET}`)
    const reader = response.body?.getReader()
    let received = 0
    while (received < 100_000) received += (await reader?.read())?.value?.length ?? Number.NaN
    const next = reader?.read().catch((error: Error) => error.message)
    expect(received).toBe(100_000)
    await sandbox.close()
    expect(await next).toBe('terminated')
  })
})

function faultsOf(...rules: string[]) {
  return createFaults(rules.map(parseFaultFlag), { clock: createManualClock() })
}
