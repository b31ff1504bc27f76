/** The end of the chain: sends one HTTP request, with a timeout. */

import { TalosImageError } from '../../errors.ts'
import { startDeadline } from '../../util/deadline.ts'
import type { Fetch, HttpResponse } from '../../util/fetch.ts'
import { explainNoAnswer, networkErrorFor, proxyHint, readText } from '../../util/fetch.ts'
import { type Trace, traced } from '../../util/trace.ts'
import type { ApiRequest, ApiResponse, Send } from './transport.ts'

/** Larger than any page, in bytes. */
const LONGEST_ANSWER = 32 << 20

export interface SendOptions {
  /** Such as `https://api.hetzner.cloud/v1`, without a slash at the end. */
  readonly endpoint: string
  readonly token: string
  readonly userAgent: string
  /** How long one request may take, in milliseconds. */
  readonly timeoutMs: number
  readonly fetch: Fetch
}

/**
 * Gives a function that sends requests; it throws TalosImageError `network` when there is no response, or when the response
 * is not JSON.
 * @throws TalosImageError `token` at once for a token that no header can hold
 */
export function sendOverHttp(options: SendOptions): Send {
  // fetch would quote such a token in its error.
  if (!/^[\x21-\x7e]+$/.test(options.token)) {
    throw new TalosImageError({
      code: 'token',
      message: 'the API token holds a character that tokens do not have, such as a line break or a space',
      hint: 'set HCLOUD_TOKEN again: copy the token without anything around it',
    })
  }
  return async (request) => {
    const url = toUrl(options.endpoint, request)
    const outer = request.mustFinish === true ? undefined : request.signal
    using deadline = startDeadline(outer, options.timeoutMs)
    try {
      const response = await options.fetch(url, {
        method: request.method,
        headers: {
          authorization: `Bearer ${options.token}`,
          'user-agent': options.userAgent,
          accept: 'application/json',
          ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: request.body === undefined ? null : JSON.stringify(request.body),
        signal: deadline.signal,
        redirect: 'error',
      })
      // Over plain http it is the proxy that answers so; over https the connection fails.
      if (response.status === 407) throw new Error('the proxy wants a login (407)')
      return { status: response.status, headers: response.headers, body: await readJson(response) }
    } catch (error) {
      outer?.throwIfAborted()
      const { timeoutMs } = options
      throw noAnswer(options, request, url, explainNoAnswer(options.fetch, url, { error, deadline, timeoutMs }))
    }
  }
}

function toUrl(endpoint: string, request: ApiRequest): URL {
  const url = new URL(endpoint + request.path)
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(one))
  }
  return url
}

async function readJson(response: HttpResponse): Promise<ApiResponse['body']> {
  const text = await readText(response, LONGEST_ANSWER)
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    // An error page of a proxy: the status is reported by the next link of the chain.
    if (response.status >= 400) return undefined
    throw new Error('the answer is not JSON')
  }
}

function noAnswer(options: SendOptions, request: ApiRequest, url: URL, why: string): TalosImageError {
  const NoAnswer = networkErrorFor(why)
  return new NoAnswer({
    code: 'network',
    message: `no usable answer from ${options.endpoint} to ${request.method} ${request.path}: ${why}`,
    hint: /certificate/i.test(why)
      ? 'a proxy in between that opens TLS is made known with NODE_EXTRA_CA_CERTS=FILE'
      : (proxyHint(options.fetch, url) ?? 'check the network and, if it is set, HCLOUD_ENDPOINT'),
  })
}

/**
 * Traces every request that is sent. The requests hold no token here; passwords in answers are for the writer of the log
 * to redact.
 */
export function traceRequests(trace: Trace): (next: Send) => Send {
  return (next) => (request) => {
    const { method, path, query, body } = request
    return traced(
      trace,
      'api',
      { method, path, query, body },
      () => next(request),
      ({ status, headers, body: answer }) => ({
        status,
        remaining: headers.get('ratelimit-remaining'),
        correlation: headers.get('x-correlation-id'),
        answer,
      }),
    )
  }
}
