/** HTTP: Node's own fetch, or one with proxies and further certificate authorities. */

import { type HttpProxy, type Proxies, proxyFor } from './proxies.ts'

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

/** Sends one request. Rejects as fetch does; the reason is in the error's cause. */
export type Fetch = (url: string | URL, request: HttpRequest) => Promise<HttpResponse>

export interface FetchOptions {
  readonly proxies?: Proxies | undefined
  /** Certificate authorities in PEM that are trusted in addition to those of Node.js. */
  readonly ca?: readonly string[] | undefined
}

/** A fetch with these options. The library that they need is loaded with the first request. */
export function createFetch({ proxies, ca = [] }: FetchOptions = {}): Fetch {
  if (proxies === undefined && ca.length === 0) return fetch
  let loaded: Promise<Fetch> | undefined
  return async (url, request) => {
    loaded ??= loadFetch(proxies, ca)
    const send = await loaded
    try {
      return await send(url, request)
    } catch (error) {
      const proxy = proxies && proxyFor(proxies, new URL(url))
      if (proxy === undefined || request.signal?.aborted === true) throw error
      const why = `${fetchFailureReason(error)} (${proxy.variable} is set: ${proxy.url})`
      throw new Error('fetch failed', { cause: new Error(why) })
    }
  }
}

async function loadFetch(proxies: Proxies | undefined, ca: readonly string[]): Promise<Fetch> {
  // The library's agents do not work with the fetch of every version of Node.js, so its own fetch is used.
  const [{ default: undici }, { rootCertificates }] = await Promise.all([import('undici'), import('node:tls')])
  const trusted = ca.length === 0 ? {} : { ca: [...rootCertificates, ...ca] }
  const direct = new undici.Agent({ connect: trusted })
  const toAgent = (proxy: HttpProxy) =>
    new undici.ProxyAgent({
      uri: proxy.url,
      ...(proxy.authorization === undefined ? {} : { token: proxy.authorization }),
      proxyTunnel: false,
      requestTls: trusted,
    })
  const http = proxies?.http && toAgent(proxies.http)
  const https = proxies?.https && toAgent(proxies.https)
  // Chosen for each request, since a redirect may lead to a host that is not behind the proxy.
  const dispatcher = direct.compose(() => (options, handler) => {
    const proxy = proxies && proxyFor(proxies, new URL(String(options.origin)))
    const agent = proxy === undefined ? direct : proxy === proxies?.https ? https : http
    return (agent ?? direct).dispatch(options, handler)
  })
  return (url, request) => undici.fetch(url, { ...request, dispatcher })
}

/**
 * The reason of a failed fetch. fetch hides it ("connect ECONNREFUSED 127.0.0.1:1") in the cause of its error, or in the
 * cause of that.
 */
export function fetchFailureReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
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
