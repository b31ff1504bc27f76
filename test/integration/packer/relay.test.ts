import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Relay, startRelay } from '../../../src/packer/relay.ts'
import type { CreatedServer } from '../../../src/packer/requests.ts'
import { CreatedResources } from '../../../src/packer/resources.ts'
import { redact } from '../../../src/util/redact.ts'
import { NO_TRACE } from '../../../src/util/trace.ts'

interface Seen {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly authorization: string | undefined
  readonly body: string
}

let seen: Seen[]
let resources: CreatedResources
let servers: (CreatedServer | undefined)[]
let relay: Relay
let answer: { readonly status: number; readonly body?: unknown } | 'none'
let closeCloud: () => Promise<unknown>

beforeEach(async () => {
  seen = []
  servers = []
  resources = new CreatedResources()
  answer = { status: 200, body: { ok: true } }
  const cloud = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(Buffer.from(chunk))
    const { method, url, headers } = request
    seen.push({ method, url, authorization: headers.authorization, body: Buffer.concat(chunks).toString() })
    if (answer === 'none') {
      response.destroy()
      return
    }
    response.setHeader('RateLimit-Remaining', '42')
    response.statusCode = answer.status
    response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body))
  }).listen(0, '127.0.0.1')
  await once(cloud, 'listening')
  const address = cloud.address()
  const port = address === null || typeof address === 'string' ? 0 : address.port
  closeCloud = () => new Promise((resolve) => cloud.close(resolve))
  relay = await startRelay({
    endpoint: `http://127.0.0.1:${port}/v1`,
    fetch,
    resources,
    descriptions: new Set(['Talos Linux v1.12.2 ARM by hcloud-talos']),
    labels: () => ({ 'talos-image/run': 'abcd2345' }),
    onCreated: (_, server) => servers.push(server),
    onDeleted: () => undefined,
    trace: NO_TRACE,
  })
})
afterEach(async () => {
  await relay[Symbol.asyncDispose]()
  await closeCloud()
})

const send = (method: string, path: string, body?: unknown) =>
  fetch(`${relay.endpoint}${path}`, {
    method,
    headers: { Authorization: 'Bearer sesame', 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

const SERVER = {
  server: {
    id: 7,
    name: 'packer-1',
    public_net: { ipv4: { ip: '192.0.2.7' }, ipv6: null },
    server_type: {
      name: 'cax11',
      architecture: 'arm',
      disk: 40,
      prices: [{ location: 'fsn1', price_hourly: { net: '0.005' } }],
    },
    location: { name: 'fsn1' },
  },
}

it('passes requests and answers on as they are', async () => {
  const response = await send('GET', '/servers?name=a%20b&page=2')
  expect(response.status).toBe(200)
  expect(response.headers.get('ratelimit-remaining')).toBe('42')
  expect(await response.json()).toEqual({ ok: true })
  expect(seen).toEqual([
    { method: 'GET', url: '/v1/servers?name=a%20b&page=2', authorization: 'Bearer sesame', body: '' },
  ])
  expect(relay.wasUsed).toBe(true)
})

it('passes an answer without a body on without one', async () => {
  answer = { status: 204 }
  const response = await send('DELETE', '/ssh_keys/3')
  expect(response.status).toBe(204)
  expect(response.headers.get('content-type')).toBeNull()
})

it('gives what is made the labels of the run beside its own, and notes it until it is deleted', async () => {
  answer = { status: 201, body: SERVER }
  await send('POST', '/servers', { name: 'packer-1', labels: { firewall: 'yes' } })
  expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
    name: 'packer-1',
    labels: { firewall: 'yes', 'talos-image/run': 'abcd2345' },
  })
  expect(servers).toMatchObject([{ serverType: 'cax11', location: 'fsn1', architecture: 'arm', pricePerHour: 0.005 }])
  expect(resources.architectureAt('192.0.2.7')).toBe('arm')
  expect(resources.pending).toEqual([{ name: 'server 7 (packer-1)', command: 'hcloud server delete 7' }])
  answer = { status: 200, body: { action: { id: 1 } } }
  await send('DELETE', '/servers/7')
  expect(resources.pending).toEqual([])
})

it('keeps what could not be deleted', async () => {
  answer = { status: 201, body: SERVER }
  await send('POST', '/servers', { name: 'packer-1' })
  answer = { status: 500, body: {} }
  await send('DELETE', '/servers/7')
  expect(resources.pending).toHaveLength(1)
})

it('keeps in mind what may have been made when no answer came', async () => {
  answer = 'none'
  await expect(send('POST', '/ssh_keys', { name: 'packer-key' })).rejects.toThrow()
  answer = { status: 503, body: {} }
  await send('POST', '/servers', { name: 'packer-1' })
  expect(resources.pending.map(({ name }) => name)).toEqual([
    'perhaps the server packer-1',
    'perhaps the SSH key packer-key',
  ])
})

it('notes nothing that was refused', async () => {
  answer = { status: 422, body: { error: { code: 'invalid_input', message: 'no' } } }
  await send('POST', '/servers', { name: 'packer-1' })
  expect(resources.pending).toEqual([])
})

it('labels snapshots, too', async () => {
  answer = { status: 201, body: { image: { id: 9, description: 'Talos', architecture: 'x86' }, action: { id: 1 } } }
  await send('POST', '/servers/7/actions/create_image', { type: 'snapshot', labels: { os: 'talos' } })
  expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({ labels: { os: 'talos', 'talos-image/run': 'abcd2345' } })
  expect(resources.all).toMatchObject([{ kind: 'snapshot', id: 9, architecture: 'x86', labels: { os: 'talos' } }])
})

it('does not tell Packer of snapshots that are called as the new one will be, or it would refuse to make that', async () => {
  const images = [
    { id: 1, description: 'Talos Linux v1.12.2 ARM by hcloud-talos' },
    { id: 2, description: 'mine' },
  ]
  answer = { status: 200, body: { images, meta: { pagination: { page: 1 } } } }
  expect(await (await send('GET', '/images?type=snapshot&page=1')).json()).toEqual({
    images: [{ id: 2, description: 'mine' }],
    meta: { pagination: { page: 1 } },
  })
  // A source that is made from a snapshot looks for that by its labels.
  for (const query of ['type=snapshot&label_selector=os%3Dtalos', 'type=system']) {
    expect(await (await send('GET', `/images?${query}`)).json()).toMatchObject({ images })
  }
})

it.each(['', '/', '/v1/servers', '//v1/servers', '/wrong/v1/servers', '/wrong?/v1/servers'])(
  'answers no other program, which knows only the port: %j',
  async (path) => {
    const { origin } = new URL(relay.endpoint)
    const response = await fetch(origin + path, { headers: { Authorization: 'Bearer sesame' } })
    expect(response.status).toBe(404)
    expect(await response.text()).toBe('')
    expect(seen).toEqual([])
    expect(relay.wasUsed).toBe(false)
  },
)

it('shows the path that only Packer knows nowhere', () => {
  const message = `Get "${relay.endpoint}/servers": EOF`
  expect(redact(message)).toMatch(/^Get "http:\/\/127\.0\.0\.1:\d+\/\[redacted\]\/v1\/servers": EOF$/)
})

it('takes no endless request', async () => {
  const response = await send('POST', '/servers', { user_data: 'x'.repeat(2 << 20) })
  expect(response.status).toBe(413)
  expect(seen).toEqual([])
})
