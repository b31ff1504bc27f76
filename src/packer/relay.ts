/**
 * A proxy between Packer and the cloud: passes on every request, and records what is created and deleted. What is created
 * gets the run's labels in addition to Packer's. Other programs of this computer do not know its path.
 */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Labels } from '../domain.ts'
import { startDeadline } from '../util/deadline.ts'
import type { Fetch } from '../util/fetch.ts'
import { readText } from '../util/fetch.ts'
import { registerSecret } from '../util/redact.ts'
import type { Trace } from '../util/trace.ts'
import {
  type CreatedServer,
  type CreationBody,
  readBody,
  readCreated,
  readCreatedKind,
  readDeletion,
  withoutSameName,
} from './requests.ts'
import type { CreatedResource, CreatedResources, ResourceKind } from './resources.ts'

/** How long one request may take, in milliseconds. */
const REQUEST_MS = 60_000
/** The largest request, in bytes: a server's `user_data` has 32 KiB. Source: Hetzner Cloud API documentation. */
const MAX_REQUEST_BYTES = 1 << 20
/** The largest answer, in bytes: far more than a page of a list. */
const MAX_ANSWER_BYTES = 32 << 20
/** Headers of the connection, and those that fetch sets. */
const OWN_HEADERS = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

export interface RelayOptions {
  /** Where the cloud is, such as `https://api.hetzner.cloud/v1`, without a slash at the end. */
  readonly endpoint: string
  readonly fetch: Fetch
  readonly resources: CreatedResources
  /** Of the snapshots of this run, as the template has them: older ones with the same are left out of lists. */
  readonly descriptions: ReadonlySet<string>
  /** The labels of everything that is created, in addition to Packer's. */
  readonly labels: () => Labels
  readonly onCreated: (made: CreatedResource, server: CreatedServer | undefined) => void
  readonly onDeleted: (gone: Pick<CreatedResource, 'kind' | 'id'>) => void
  readonly trace: Trace
}

export interface Relay extends AsyncDisposable {
  readonly endpoint: string
  /** Whether there was a request; a template may set another endpoint. */
  readonly wasUsed: boolean
}

/** Starts it on the loopback address, at a free port. */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  let wasUsed = false
  const secret = randomBytes(24).toString('base64url')
  // Packer's log and its errors show addresses.
  registerSecret(secret)
  const server = createServer((request, response) => {
    const url = withoutSecret(request.url ?? '/', secret)
    if (url === undefined) {
      response.writeHead(404).end()
      return
    }
    wasUsed = true
    relay(request, url, response, options).catch(() => {
      // Without an answer Packer gets none either, and repeats the request or fails.
      response.destroy()
    })
  })
  server.requestTimeout = REQUEST_MS
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new RangeError('a server without a port')
  return {
    endpoint: `http://127.0.0.1:${address.port}/${secret}/v1`,
    get wasUsed() {
      return wasUsed
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What is asked for; undefined when the secret is not before it. */
function withoutSecret(url: string, secret: string): string | undefined {
  const [, first = '', rest = ''] = /^\/([^/?]*)(.*)$/s.exec(url) ?? []
  return timingSafeEqual(hashOf(first), hashOf(secret)) ? rest : undefined
}

/** Texts of any length as bytes of one length, whose comparison takes the same time. */
const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest()

async function relay(
  request: IncomingMessage,
  url: string,
  response: ServerResponse,
  options: RelayOptions,
): Promise<void> {
  const { method = 'GET' } = request
  const [path = '', query] = url.replace(/^\/v1(?=\/)/, '').split(/\?(.*)/s, 2)
  const text = await readRequest(request)
  if (text === undefined) {
    response.writeHead(413, { connection: 'close' }).end()
    return
  }
  const kind = readCreatedKind(method, path)
  const body = kind === undefined ? undefined : readBody(text)
  const sent = body === undefined ? text : JSON.stringify({ ...body, labels: { ...body.labels, ...options.labels() } })
  const answered = kind === undefined || body === undefined ? undefined : trackCreation(kind, body, options)
  const began = performance.now()
  // Not the signal of the run: when Packer has stopped, the answer of a request is still needed.
  using deadline = startDeadline(undefined, REQUEST_MS)
  const answer = await options.fetch(`${options.endpoint}${path}${query === undefined ? '' : `?${query}`}`, {
    method,
    headers: headersOf(request),
    body: text === '' ? null : sent,
    signal: deadline.signal,
    redirect: 'manual',
  })
  const answerText = await readText(answer, MAX_ANSWER_BYTES)
  options.trace('api', { by: 'Packer', method, path, status: answer.status, ms: Math.round(performance.now() - began) })
  answered?.(answer.status, answerText)
  const deleted = readDeletion(method, path)
  if (deleted !== undefined && (answer.ok || answer.status === 404)) {
    options.resources.markDone(deleted.kind, deleted.id)
    options.onDeleted(deleted)
  }
  const headers = [...answer.headers].filter(([name]) => !OWN_HEADERS.has(name))
  response.writeHead(answer.status, Object.fromEntries(headers))
  response.end(answer.ok ? withoutSameName(method, path, query ?? '', answerText, options.descriptions) : answerText)
}

/** The body of a request; undefined when it is too large. */
async function readRequest(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const part = Buffer.from(chunk)
    bytes += part.length
    if (bytes > MAX_REQUEST_BYTES) return undefined
    chunks.push(part)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Records a request to create something before it is sent. The function that is returned takes the answer. */
function trackCreation(kind: ResourceKind, body: CreationBody, { resources, onCreated }: RelayOptions) {
  const note = resources.expect(kind, body.name ?? body.description ?? 'without a name')
  return (status: number, text: string): void => {
    const created = status < 300 ? readCreated(kind, body, text) : undefined
    // After a fault of the server it may exist, so it stays among what is expected.
    if (created === undefined && (status < 300 || status >= 500)) return
    note(created?.made)
    if (created !== undefined) onCreated(created.made, created.server)
  }
}

function headersOf({ headers }: IncomingMessage): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined || OWN_HEADERS.has(name) ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
  )
}
