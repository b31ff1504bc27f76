/** HTTP as every client here speaks it: Node's own fetch, or one that knows proxies and other certificate authorities. */

import { fetchFailureReason } from './fetch-failure.ts'
import { type Proxies, proxyFor } from './proxies.ts'

/** The headers of an answer. */
export interface AnswerHeaders extends Iterable<[string, string]> {
  get(name: string): string | null
}

/** As much of an answer as is needed here, whosever fetch it comes from. */
export interface HttpAnswer {
  readonly ok: boolean
  readonly status: number
  readonly statusText: string
  readonly headers: AnswerHeaders
  readonly body: (AsyncIterable<Uint8Array> & { cancel(): Promise<void> }) | null
}

export interface HttpRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>> | [string, string][]
  readonly body?: string | null
  readonly signal?: AbortSignal
  readonly redirect?: 'error' | 'follow' | 'manual'
}

/** Sends one request. Rejects as fetch does: why stands in the error's cause. */
export type Fetch = (url: string | URL, request: HttpRequest) => Promise<HttpAnswer>

export interface FetchOptions {
  readonly proxies?: Proxies | undefined
  /** Certificate authorities that are trusted beside the usual ones, in PEM. */
  readonly ca?: string | undefined
}

/** Hosts that no proxy can reach for us. */
const OWN = ['localhost', '127.0.0.1', '[::1]']

/** A fetch for these circumstances. What it needs is loaded when it is used first. */
export function createFetch({ proxies, ca }: FetchOptions = {}): Fetch {
  if (proxies === undefined && ca === undefined) return fetch
  let loaded: Promise<Fetch> | undefined
  return async (url, request) => {
    loaded ??= loadFetch(proxies, ca)
    const send = await loaded
    try {
      return await send(url, request)
    } catch (error) {
      const proxy = proxies && proxyFor(proxies, new URL(url).protocol)
      if (proxy === undefined || request.signal?.aborted === true) throw error
      const why = `${fetchFailureReason(error)} (${proxy.variable} is set: ${proxy.shown})`
      throw new Error('fetch failed', { cause: new Error(why) })
    }
  }
}

async function loadFetch(proxies: Proxies | undefined, ca: string | undefined): Promise<Fetch> {
  // A namespace of its own: Node's fetch of some versions and its library's agents of others do not fit together.
  const [{ default: undici }, { rootCertificates }] = await Promise.all([import('undici'), import('node:tls')])
  const trusted = ca === undefined ? {} : { ca: [...rootCertificates, ca] }
  const dispatcher = new undici.EnvHttpProxyAgent({
    // An empty text is none; left out, it would be looked for in the environment.
    httpProxy: proxies?.http?.url ?? '',
    httpsProxy: proxies?.https?.url ?? '',
    noProxy: proxies?.except === '*' ? '*' : [proxies?.except ?? '', ...OWN].join(','),
    proxyTunnel: false,
    connect: trusted,
    requestTls: trusted,
  })
  return (url, request) => undici.fetch(url, { ...request, dispatcher })
}
