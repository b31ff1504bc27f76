/**
 * Between Packer and the cloud: passes every request on as it is, and notes what is made and what is deleted. So it is known
 * for certain what is Packer's, whatever else goes on in the project. What is made gets the run's labels beside Packer's own.
 */

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Labels } from '../domain.ts'
import { startDeadline } from '../util/deadline.ts'
import type { Fetch } from '../util/fetch.ts'
import { readText } from '../util/fetch.ts'
import type { Trace } from '../util/trace.ts'
import { type CreationBody, kindOfCreation, type MadeServer, readBody, readCreated, readDeletion } from './creation.ts'
import type { Kind, Ledger, Made } from './ledger.ts'
import { withoutSameName } from './same-name.ts'

/** How long one request may take, in milliseconds; Packer has patience of its own. */
const REQUEST_MS = 60_000
/** Far more than a page of anything, in bytes. */
const LONGEST = 32 << 20
/** What belongs to a connection and not to what is said over it, and what fetch writes by itself. */
const NOT_PASSED_ON = new Set([
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
  /** How it is asked. */
  readonly fetch: Fetch
  readonly ledger: Ledger
  /** Those of the snapshots that are to be made: Packer is not told of others that have the same. */
  readonly descriptions: ReadonlySet<string>
  /** The labels that everything is made with, beside Packer's own. */
  readonly labels: () => Labels
  readonly onMade: (made: Made, server: MadeServer | undefined) => void
  readonly onGone: (gone: Pick<Made, 'kind' | 'id'>) => void
  readonly trace: Trace
}

export interface Relay extends AsyncDisposable {
  /** The address that Packer is given. */
  readonly endpoint: string
  /** Whether anything was asked; a template may name another address of its own. */
  readonly wasUsed: boolean
}

/** Starts it on the loopback address, at any free port. */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  let wasUsed = false
  const server = createServer((request, response) => {
    wasUsed = true
    relay(request, response, options).catch(() => {
      // No answer is passed on as none: whoever asks knows best what to do then.
      response.destroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new RangeError('a server without a port')
  return {
    endpoint: `http://127.0.0.1:${address.port}/v1`,
    get wasUsed() {
      return wasUsed
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function relay(request: IncomingMessage, response: ServerResponse, options: RelayOptions): Promise<void> {
  const { method = 'GET', url = '/' } = request
  const [path = '', query] = url.replace(/^\/v1(?=\/)/, '').split(/\?(.*)/s, 2)
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const text = Buffer.concat(chunks).toString('utf8')
  const kind = kindOfCreation(method, path)
  const body = kind === undefined ? undefined : readBody(text)
  const sent = body === undefined ? text : JSON.stringify({ ...body, labels: { ...body.labels, ...options.labels() } })
  const answered = kind === undefined || body === undefined ? undefined : noteCreation(kind, body, options)
  const began = performance.now()
  // Packer may give up while its request is on its way; what comes of that must be known all the same.
  using deadline = startDeadline(undefined, REQUEST_MS)
  const answer = await options.fetch(`${options.endpoint}${path}${query === undefined ? '' : `?${query}`}`, {
    method,
    headers: headersOf(request),
    body: text === '' ? null : sent,
    signal: deadline.signal,
    redirect: 'manual',
  })
  const answerText = await readText(answer, LONGEST)
  options.trace('api', { by: 'Packer', method, path, status: answer.status, ms: Math.round(performance.now() - began) })
  answered?.(answer.status, answerText)
  const deleted = readDeletion(method, path)
  if (deleted !== undefined && (answer.ok || answer.status === 404)) {
    options.ledger.gone(deleted.kind, deleted.id)
    options.onGone(deleted)
  }
  const headers = [...answer.headers].filter(([name]) => !NOT_PASSED_ON.has(name))
  response.writeHead(answer.status, Object.fromEntries(headers))
  response.end(answer.ok ? withoutSameName(method, path, query ?? '', answerText, options.descriptions) : answerText)
}

/** Notes that something is asked for, before it can be there. What comes back is told the answer. */
function noteCreation(kind: Kind, body: CreationBody, { ledger, onMade }: RelayOptions) {
  const note = ledger.ask(kind, body.name ?? body.description ?? 'without a name')
  return (status: number, text: string): void => {
    const created = status < 300 ? readCreated(kind, body, text) : undefined
    // After a fault of the server it may be there all the same: it stays on the list as a doubt.
    if (created === undefined && (status < 300 || status >= 500)) return
    note(created?.made)
    if (created !== undefined) onMade(created.made, created.server)
  }
}

function headersOf({ headers }: IncomingMessage): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined || NOT_PASSED_ON.has(name) ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
  )
}
