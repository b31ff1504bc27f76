/** HTTP requests to the Image Factory, with retries. */

import pRetry from 'p-retry'
import { TalosImageError } from '../errors.ts'
import { startDeadline } from '../util/deadline.ts'
import type { Fetch, ResponseHeaders } from '../util/fetch.ts'
import { explainNoAnswer, LastingFailure, networkErrorFor, proxyHint, readText } from '../util/fetch.ts'
import { type Trace, traced } from '../util/trace.ts'

/** Larger than any list of the Factory, in bytes. */
const LONGEST_ANSWER = 32 << 20

export interface TransportOptions {
  /** How long one request may take, in milliseconds. */
  readonly timeoutMs: number
  readonly retries: number
  /** The first pause in milliseconds; each further one is twice as long. */
  readonly firstPauseMs: number
  readonly fetch: Fetch
}

export interface FactoryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST'
  readonly url: string
  readonly body?: string
  readonly signal?: AbortSignal | undefined
  /** How long it may take, in milliseconds, if not as long as making an asset does. */
  readonly timeoutMs?: number
  /** Whether to read the body of errors only: the body of an asset is a whole disk. */
  readonly onlyReason?: boolean
}

export interface FactoryResponse {
  readonly ok: boolean
  readonly status: number
  readonly statusText: string
  readonly headers: ResponseHeaders
  readonly text: string
}

export type SendToFactory = (request: FactoryRequest) => Promise<FactoryResponse>

/** An error response of the Factory. */
export class FactoryFailure extends TalosImageError {
  readonly status: number

  constructor({ method, url }: FactoryRequest, answer: FactoryResponse, why = toReason(answer)) {
    const id = answer.headers.get('x-request-id')
    super({
      code: 'factory',
      message: `the Image Factory answered ${answer.status} to ${method} ${url}: ${why === '' ? 'no reason given' : why}${id === null ? '' : ` (request ${id})`}`,
      hint: hintFor(answer.status),
    })
    this.status = answer.status
  }
}

/** That the Factory took the connection, and said nothing for as long as it may. */
export class FactorySilence extends TalosImageError {}

function hintFor(status: number): string | undefined {
  if (status >= 500) return 'a fault on the side of the Image Factory: try again later'
  return isRefusal(status) ? refusalHint(status) : undefined
}

/** Whether a status means that the request is not let in. */
export const isRefusal = (status: number): boolean => status === 401 || status === 403

const LOGIN = 'TALOS_IMAGE_FACTORY_USER and TALOS_IMAGE_FACTORY_PASSWORD, or TALOS_IMAGE_FACTORY_TOKEN'

/** The hint for such a status. 403 comes from whatever stands in front of the Factory, too (image-factory #392). */
export function refusalHint(status: number): string {
  if (status === 401) return `check the login, if it asks for one: ${LOGIN}`
  return `something between here and the Image Factory may block it: a proxy, a firewall, a rule about the User-Agent; or the login may not do this, if there is one: ${LOGIN}`
}

/** Longer error texts are cut. */
const LONGEST_TEXT = 500

/** The Factory's error text, cut when it is long. */
export function toReason({ text }: FactoryResponse): string {
  const words = (/^\s*</.test(text) ? toPlainText(text.slice(0, MOST_HTML)) : text).trim()
  return words.length > LONGEST_TEXT ? `${words.slice(0, LONGEST_TEXT)}...` : words
}

/** More of a page of HTML is not read: its title stands at its beginning. */
const MOST_HTML = 4096

/** The title of a page of HTML, such as a proxy answers with, or its text; in one line. */
function toPlainText(html: string): string {
  const [, title] = /<title[^>]*>([^<]+)/i.exec(html) ?? []
  return (title ?? html.replaceAll(/<[^<>]*>/g, ' ')).replaceAll(/\s+/g, ' ')
}

/**
 * Sends a request once.
 * @throws TalosImageError `network` when there is no response, or an incomplete one
 */
export function sendToFactory({ timeoutMs: longestMs, fetch }: TransportOptions): SendToFactory {
  return async ({ method, url, body, signal, onlyReason, timeoutMs = longestMs }) => {
    using deadline = startDeadline(signal, timeoutMs)
    try {
      const response = await fetch(url, {
        method,
        headers: body === undefined ? {} : { 'content-type': 'application/yaml' },
        body: body ?? null,
        signal: deadline.signal,
      })
      const { ok, status, statusText, headers } = response
      if (status === 407) throw new Error('the proxy wants a login (407)')
      if (!ok || onlyReason !== true)
        return { ok, status, statusText, headers, text: await readText(response, LONGEST_ANSWER) }
      await response.body?.cancel()
      return { ok, status, statusText, headers, text: '' }
    } catch (error) {
      signal?.throwIfAborted()
      const why = explainNoAnswer(fetch, url, { error, deadline, timeoutMs })
      const Failure = deadline.expired ? FactorySilence : networkErrorFor(why)
      throw new Failure({
        code: 'network',
        message: `no answer to ${method} ${url}: ${why}`,
        hint: /certificate/i.test(why)
          ? 'if its certificate authority is your own, name its file: TALOS_IMAGE_FACTORY_CA=FILE'
          : (proxyHint(fetch, url) ?? 'check the network, and --factory-url or TALOS_IMAGE_FACTORY_URL if you set one'),
      })
    }
  }
}

/** Traces every request that is sent. */
export function traceRequests(send: SendToFactory, trace: Trace): SendToFactory {
  return (request) => {
    const { method, url, body } = request
    return traced(
      trace,
      'factory',
      { method, url, ...(body === undefined ? {} : { bodyBytes: Buffer.byteLength(body) }) },
      () => send(request),
      ({ ok, status, headers, text }) => ({
        status,
        id: headers.get('x-request-id'),
        // Left out for schematics, which can hold a cluster's secrets, and for tokens.
        ...(ok && /\/(?:schematics(?:\/|$)|download-token$)/.test(url) ? {} : { answer: text.slice(0, LONGEST_TEXT) }),
      }),
    )
  }
}

/**
 * Retries a request after 429, 500 and above, and network errors: every request to the Factory may be repeated. Other
 * responses are returned. One that may take seconds only is repeated once when there is no answer at all: what has hung twice
 * is no matter of a moment.
 * @throws FactoryFailure for 429 and for 500 and above, after all tries
 */
export function retryFaults(send: SendToFactory, { retries, firstPauseMs }: TransportOptions): SendToFactory {
  return (request) =>
    pRetry(
      async () => {
        const answer = await send(request)
        if (answer.status < 500 && answer.status !== 429) return answer
        throw new FactoryFailure(request, answer)
      },
      {
        retries,
        minTimeout: firstPauseMs,
        factor: 2,
        ...(request.signal === undefined ? {} : { signal: request.signal }),
        shouldRetry: ({ error, attemptNumber }) => {
          if (error instanceof FactorySilence && request.timeoutMs !== undefined) return attemptNumber < 2
          if (error instanceof LastingFailure) return false
          return error instanceof FactoryFailure || (error instanceof TalosImageError && error.code === 'network')
        },
      },
    )
}

/**
 * Says what is waited for when it takes long.
 * @param afterMs milliseconds
 */
export function tellDelays(send: SendToFactory, onDelay: (text: string) => void, afterMs: number): SendToFactory {
  return async (request) => {
    // As short as it can be told: IDs of schematics have 64 digits.
    const what = new URL(request.url).pathname.replace(/[0-9a-f]{56}(?=\/)/g, '...')
    const text = `waiting for the Image Factory to answer ${request.method} ${what}`
    const timer = setTimeout(() => onDelay(text), afterMs)
    try {
      return await send(request)
    } finally {
      clearTimeout(timer)
    }
  }
}
