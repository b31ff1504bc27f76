import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { Client, type ClientReadableStream, credentials, Server, type ServiceError, status } from '@grpc/grpc-js'
import { encode } from '@msgpack/msgpack'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Certificate, createCertificate } from '../../../src/provider/protocol/certificate.ts'
import { listenFor } from '../../../src/provider/protocol/listener.ts'
import { createLog } from '../../../src/provider/protocol/log.ts'
import { Message, Received } from '../../../src/provider/protocol/message.ts'
import { serveProvider } from '../../../src/provider/protocol/serve.ts'
import { registerSecret } from '../../../src/util/redact.ts'
import { createToy, type ToyOptions } from '../../support/toy-provider.ts'

interface Host extends AsyncDisposable {
  readonly network: string
  readonly address: string
  readonly log: readonly string[]
  /** Fulfilled when the provider has ended. */
  readonly ended: Promise<void>
  call(path: string, request?: Message): Promise<Received>
  /** Opens the stream that is as long as the connection, as Terraform does at the start. */
  attach(): void
  /** Another one, which proves itself with another certificate. */
  connect(certificate: Certificate): Client
  /** Is gone without a word: its streams end. */
  vanish(): void
}

const stop = new AbortController()
const hosts: AsyncDisposable[] = []
afterEach(async () => {
  for (const host of hosts.splice(0)) await host[Symbol.asyncDispose]()
})

/** A provider, and a host that has started it. */
async function startHost(toy: ToyOptions = {}, platform: string = process.platform, env = {}): Promise<Host> {
  const own = createCertificate()
  const log: string[] = []
  let found: (line: string) => void = () => undefined
  const printed = new Promise<string>((resolve) => {
    found = resolve
  })
  const ended = serveProvider({
    definition: createToy(toy),
    env: { PLUGIN_CLIENT_CERT: own.certificate, PLUGIN_PROTOCOL_VERSIONS: '5,6', ...env },
    platform,
    print: (line) => found(line),
    log: createLog((line) => log.push(line)),
    signal: stop.signal,
  })
  const [core, protocol, network = '', address = '', kind, der = ''] = (await printed).trimEnd().split('|')
  expect([core, protocol, kind]).toEqual(['1', '6', 'grpc'])
  const padded = Buffer.from(der, 'base64').toString('base64')
  const root = Buffer.from(`-----BEGIN CERTIFICATE-----\n${padded}\n-----END CERTIFICATE-----\n`)
  const connect = ({ key, certificate }: Certificate): Client =>
    new Client(
      network === 'unix' ? `unix:${address}` : address,
      credentials.createSsl(root, Buffer.from(key), Buffer.from(certificate)),
      {
        'grpc.ssl_target_name_override': 'localhost',
        'grpc.default_authority': 'localhost',
        'grpc.max_receive_message_length': -1,
      },
    )
  const client = connect(own)
  let stream: ClientReadableStream<Received> | undefined
  const host: Host = {
    network,
    address,
    log,
    ended,
    connect,
    call: (path, request = new Message()) => callOf(client, path, request),
    attach() {
      stream = client.makeServerStreamRequest('/plugin.GRPCStdio/StreamStdio', serialize, deserialize, new Message())
      stream.on('error', () => undefined).on('data', () => undefined)
    },
    vanish: () => stream?.cancel(),
    async [Symbol.asyncDispose]() {
      client.close()
    },
  }
  hosts.push(host)
  return host
}

const serialize = (message: Message): Buffer => Buffer.from(message.finish())
const deserialize = (bytes: Uint8Array): Received => new Received(bytes)
const callOf = (client: Client, path: string, request: Message): Promise<Received> =>
  new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, serialize, deserialize, request, (error, answer) =>
      answer === undefined ? reject(error) : resolve(answer),
    )
  })
const codeOf = (error: ServiceError): status => error.code

const PROVIDER = '/tfplugin6.Provider/'
const HEALTH = '/grpc.health.v1.Health/Check'
const SHUTDOWN = '/plugin.GRPCController/Shutdown'

const dynamic = (value: unknown): Message => new Message().bytes(1, encode(value))
const create = (name = 'a'): Message =>
  new Message()
    .string(1, 'talosimage_thing')
    .message(2, dynamic(null))
    .message(3, dynamic({ name }))
    .message(4, dynamic({ name }))

/** A creation that is under way until it is told to stop, and then cleans up as long as is wanted. */
function holdCreation() {
  const events: string[] = []
  let begun: () => void = () => undefined
  let tidy: () => void = () => undefined
  const began = new Promise<void>((resolve) => {
    begun = resolve
  })
  const cleaned = new Promise<void>((resolve) => {
    tidy = resolve
  })
  const toy: ToyOptions = {
    async create({ signal }) {
      begun()
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      events.push('stopped')
      await cleaned
      events.push('cleaned up')
      throw signal.reason
    },
    async close() {
      events.push('closed')
    },
  }
  return { toy, events, began, tidy }
}

describe('a host', () => {
  it('reaches a provider at a socket that only its user can reach, and is told that it is well', async () => {
    const host = await startHost()
    expect(host.network).toBe('unix')
    expect((await host.call(HEALTH, new Message().string(1, 'plugin'))).integer(1)).toBe(1)
    expect(codeOf(await host.call(HEALTH, new Message().string(1, 'x')).catch((error) => error))).toBe(status.NOT_FOUND)
    await host.call(SHUTDOWN)
    await host.ended
    expect(existsSync(host.address)).toBe(false)
  })

  it('must be the one that has started it', async () => {
    const host = await startHost()
    const other = host.connect(createCertificate())
    expect(codeOf(await callOf(other, HEALTH, new Message()).catch((error) => error))).toBe(status.UNAVAILABLE)
    other.close()
    await host.call(SHUTDOWN)
    await host.ended
  })

  it('on Windows reaches it at the first free port of those that it allows', async () => {
    await using taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.once('listening', resolve))
    const address = taken.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    const host = await startHost({}, 'win32', { PLUGIN_MIN_PORT: String(port), PLUGIN_MAX_PORT: '65535' })
    const [, found] = /^127\.0\.0\.1:(\d+)$/.exec(host.address) ?? []
    expect(Number(found)).toBeGreaterThan(port)
    expect((await host.call(HEALTH)).integer(1)).toBe(1)
    await host.call(SHUTDOWN)
    await host.ended
  })

  it('may send and be sent more than gRPC takes by default', async () => {
    const host = await startHost()
    await host.call(`${PROVIDER}ConfigureProvider`, new Message().message(2, dynamic({ prefix: 'id-' })))
    const name = 'x'.repeat(5_000_000)
    const answer = await host.call(`${PROVIDER}ApplyResourceChange`, create(name))
    expect(answer.bytes(1).length).toBeGreaterThan(10_000_000)
    await host.call(SHUTDOWN)
    await host.ended
  })

  it('is answered what is not there, and a message that does not fit', async () => {
    const host = await startHost()
    const codes = [
      host.call(`${PROVIDER}InvokeAction`),
      host.call(`${PROVIDER}UpgradeResourceState`, new Message().string(1, 'talosimage_nothing')),
    ].map((answer) => answer.then(() => undefined, codeOf))
    expect(await Promise.all(codes)).toEqual([status.UNIMPLEMENTED, status.INTERNAL])
    registerSecret('very-secret-token')
    const asked = new Message().string(1, 'talosimage_very-secret-token')
    const answer = host.call(`${PROVIDER}UpgradeResourceState`, asked)
    expect(await answer.catch((error) => error.details)).toMatch(/there is no talosimage_\[redacted\]\n +at /)
    await host.call(SHUTDOWN)
    await host.ended
  })
})

describe('what is under way', () => {
  it('is stopped by StopProvider, and answered when it is cleaned up', async () => {
    const { toy, events, began, tidy } = holdCreation()
    const host = await startHost(toy)
    await host.call(`${PROVIDER}ConfigureProvider`, new Message().message(2, dynamic({ prefix: null })))
    const applied = host.call(`${PROVIDER}ApplyResourceChange`, create()).finally(() => events.push('answered'))
    await began
    await host.call(`${PROVIDER}StopProvider`)
    await expect.poll(() => events).toEqual(['stopped'])
    tidy()
    const [said] = (await applied).messages(3)
    expect(said?.string(2)).toBe('interrupted')
    await host.call(SHUTDOWN)
    await host.ended
    expect(events).toEqual(['stopped', 'cleaned up', 'answered', 'closed'])
  })

  it('may be as much as Terraform wants', async () => {
    const { toy, events, began, tidy } = holdCreation()
    const warnings: string[] = []
    const warn = ({ message }: Error): void => void warnings.push(message)
    process.on('warning', warn)
    const host = await startHost(toy)
    await host.call(`${PROVIDER}ConfigureProvider`, new Message().message(2, dynamic({ prefix: null })))
    const applied = Array.from({ length: 30 }, (_, index) =>
      host.call(`${PROVIDER}ApplyResourceChange`, create(String(index))),
    )
    await began
    tidy()
    await host.call(`${PROVIDER}StopProvider`)
    await Promise.all(applied)
    expect(events.filter((event) => event === 'cleaned up')).toHaveLength(30)
    await host.call(SHUTDOWN)
    await host.ended
    process.off('warning', warn)
    expect(warnings).toEqual([])
  })

  it('is cleaned up before the answer to Shutdown', async () => {
    const { toy, events, began, tidy } = holdCreation()
    const host = await startHost(toy)
    await host.call(`${PROVIDER}ConfigureProvider`, new Message().message(2, dynamic({ prefix: null })))
    const applied = host.call(`${PROVIDER}ApplyResourceChange`, create())
    await began
    const shutdown = host.call(SHUTDOWN).then(() => events.push('ended'))
    await expect.poll(() => events).toEqual(['stopped'])
    tidy()
    await Promise.all([applied, shutdown, host.ended])
    expect(events).toEqual(['stopped', 'cleaned up', 'closed', 'ended'])
  })

  it('is cleaned up when the host is gone', async () => {
    const { toy, events, began, tidy } = holdCreation()
    const host = await startHost(toy)
    await host.call(`${PROVIDER}ConfigureProvider`, new Message().message(2, dynamic({ prefix: null })))
    host.attach()
    host.call(`${PROVIDER}ApplyResourceChange`, create()).catch(() => undefined)
    await began
    host.vanish()
    tidy()
    await host.ended
    expect(events).toEqual(['stopped', 'cleaned up', 'closed'])
  })
})

it('says which folder it cannot use for its socket', async () => {
  vi.stubEnv('TMPDIR', '/nonexistent')
  try {
    const listening = listenFor(new Server(), { clientCertificate: undefined, ports: [0, 0] }, process.platform)
    await expect(listening).rejects.toThrow('the provider cannot make a folder in /nonexistent: ENOENT')
  } finally {
    vi.unstubAllEnvs()
  }
})
