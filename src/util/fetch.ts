/** HTTP: Node's own fetch, or one with proxies and further certificate authorities. */

import { TalosImageError } from '../errors.ts'
import type { Deadline } from './deadline.ts'
import { type Proxies, type ProxyServer, proxyFor, toBasic } from './proxies.ts'
import { connectThroughSocks } from './socks.ts'

/** The headers of a response. */
export interface ResponseHeaders extends Iterable<[string, string]> {
  get(name: string): string | null
}

/** The part of a response that is used here; both Node's and undici's fetch give it. */
export interface HttpResponse {
  readonly ok: boolean
  readonly status: number
  readonly statusText: string
  /** Where it came from in the end, after redirects. */
  readonly url: string
  readonly headers: ResponseHeaders
  readonly body: (AsyncIterable<Uint8Array> & { cancel(): Promise<void> }) | null
}

export interface HttpRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>> | [string, string][]
  readonly body?: string | null
  readonly signal?: AbortSignal
  readonly redirect?: 'error' | 'follow' | 'manual'
}

/** Sends one request. Rejects as fetch does; {@link explainNoAnswer} tells why. */
export interface Fetch {
  (url: string | URL, request: HttpRequest): Promise<HttpResponse>
  /** The proxy that a request to this address goes through. */
  readonly proxyFor?: (url: URL) => ProxyServer | undefined
}

export interface FetchOptions {
  readonly proxies?: Proxies | undefined
  /** Certificate authorities in PEM that are trusted in addition to those of Node.js. */
  readonly ca?: readonly string[] | undefined
}

/** A fetch with these options. The library that they need is loaded with the first request. */
export function createFetch({ proxies, ca = [] }: FetchOptions = {}): Fetch {
  if (proxies === undefined && ca.length === 0) return fetch
  let loaded: Promise<Fetch> | undefined
  const send: Fetch = async (url, request) => {
    loaded ??= loadFetch(proxies, ca)
    return await (await loaded)(url, request)
  }
  return proxies === undefined ? send : Object.assign(send, { proxyFor: (url: URL) => proxyFor(proxies, url) })
}

async function loadFetch(proxies: Proxies | undefined, ca: readonly string[]): Promise<Fetch> {
  // The library's agents do not work with the fetch of every version of Node.js, so its own fetch is used.
  const [{ default: undici }, { rootCertificates }] = await Promise.all([import('undici'), import('node:tls')])
  const trusted = ca.length === 0 ? {} : { ca: [...rootCertificates, ...ca] }
  const direct = new undici.Agent({ connect: trusted })
  const toAgent = (proxy: ProxyServer) => {
    const { url, login } = proxy
    if (url.startsWith('socks')) {
      return new undici.Agent({ connect: connectThroughSocks(proxy, undici.buildConnector(trusted)) })
    }
    const token = login && { token: `Basic ${toBasic(login.user, login.password)}` }
    return new undici.ProxyAgent({ uri: url, ...token, proxyTunnel: false, requestTls: trusted })
  }
  const http = proxies?.http && toAgent(proxies.http)
  const https = proxies?.https && toAgent(proxies.https)
  // Chosen for each request, since a redirect may lead to a host that is not behind the proxy.
  const dispatcher = direct.compose(() => (options, handler) => {
    const url = new URL(String(options.origin))
    const isProxied = proxies !== undefined && proxyFor(proxies, url) !== undefined
    const agent = isProxied ? (url.protocol === 'https:' ? https : http) : direct
    return (agent ?? direct).dispatch(options, handler)
  })
  return (url, request) => undici.fetch(url, { ...request, dispatcher })
}

/**
 * Why a request has no usable answer: that the time was over, or the error; with the proxy that it went through.
 * @param timeoutMs of the deadline, in milliseconds
 */
export function explainNoAnswer(
  fetch: Fetch,
  url: string | URL,
  { error, deadline, timeoutMs }: { readonly error: unknown; readonly deadline: Deadline; readonly timeoutMs: number },
): string {
  const why = deadline.expired ? `it took longer than ${timeoutMs / 1000} s` : fetchFailureReason(error)
  const proxy = fetch.proxyFor?.(new URL(url))
  return proxy === undefined ? why : `${why} (${proxy.variable} is set: ${proxy.url})`
}

/**
 * A proxy wants a login, or no request may use the port: nothing that another try would mend, and nothing that the server has
 * heard of.
 */
export class LastingFailure extends TalosImageError {}

/** The kind of error for a request that had no usable answer, for this reason. */
export const networkErrorFor = (why: string): typeof TalosImageError =>
  /\b407\b/.test(why) || why.startsWith(BAD_PORT) ? LastingFailure : TalosImageError

/** What to do about it when a proxy is in between: it may be the one at fault. */
export function proxyHint(fetch: Fetch, url: string | URL): string | undefined {
  const { hostname } = new URL(url)
  const proxy = fetch.proxyFor?.(new URL(url))
  return (
    proxy &&
    `check ${proxy.variable} (a login stands before the host, as USER:PASSWORD@HOST), or reach ${hostname} directly: NO_PROXY`
  )
}

/** What fetch calls a bad port. Source: https://fetch.spec.whatwg.org/#port-blocking, with the list. */
const BAD_PORT = 'the port is one of those that HTTP clients refuse to use'

/**
 * The reason of a failed fetch. fetch hides it ("connect ECONNREFUSED 127.0.0.1:1") in the cause of its error, or in the
 * cause of that.
 */
export function fetchFailureReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.message === 'bad port') return BAD_PORT
  return error.cause instanceof Error && error.cause.message !== '' ? fetchFailureReason(error.cause) : error.message
}

/**
 * The body of a response as text.
 * @param maxBytes how long it may be, after unpacking
 * @throws Error when the body is longer; the rest of it is not fetched
 */
export async function readText({ body }: Pick<HttpResponse, 'body'>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  // Leaving the loop cancels the body.
  for await (const chunk of body ?? []) {
    length += chunk.length
    if (length > maxBytes) throw new Error(`the answer is longer than ${maxBytes >> 20} MiB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
