/** The Hetzner Cloud client: the transport chain, and the resources that use it. */

import * as v from 'valibot'
import { TalosImageError } from '../errors.ts'
import { type Clock, systemClock } from '../util/clock.ts'
import { createFetch } from '../util/fetch.ts'
import { isLoopbackHost, type Proxies } from '../util/proxies.ts'
import { withoutCredentials } from '../util/redact.ts'
import { NO_TRACE, type Trace } from '../util/trace.ts'
import { USER_AGENT } from '../util/user-agent.ts'
import { type ActionWaiter, createActionWaiter } from './action-waiter.ts'
import { entriesOf } from './entries.ts'
import { type AccessClient, accessClient } from './resources/access.ts'
import * as resources from './resources/index.ts'
import { failOnErrors } from './transport/api-failure.ts'
import { followCloudTime } from './transport/cloud-time.ts'
import { respectRateLimit } from './transport/rate-limit.ts'
import { type RetryOptions, retryFaults } from './transport/retry.ts'
import { sendOverHttp, traceRequests } from './transport/send.ts'
import { type Call, parseResponses } from './transport/transport.ts'
import { Action, UNKNOWN_ACTION } from './wire.ts'

/**
 * The endpoint of the public API. Source: Hetzner Cloud API documentation.
 * @internal
 */
export const HETZNER_ENDPOINT = 'https://api.hetzner.cloud/v1'

/** How to reach a project. */
export interface HetznerClientOptions {
  /** An API token; it belongs to one project. */
  readonly token: string
  /** The variable that holds the token, for messages; HCLOUD_TOKEN by default. */
  readonly tokenName?: string | undefined
  /** The URL of the API, including `/v1`; the public one by default. The token is sent there. */
  readonly endpoint?: string | undefined
  /** Whether the token may be sent over plain http to another computer; false by default. */
  readonly allowHttp?: boolean | undefined
  /** The `User-Agent` of requests; `talos-image/VERSION (+URL)` by default. */
  readonly userAgent?: string | undefined
  /** Proxies for requests, see {@link findProxies}; none by default. */
  readonly proxies?: Proxies | undefined
  /** @internal */
  readonly clock?: Clock
  /** The timeout of one request, in milliseconds; 30 000 by default. */
  readonly timeoutMs?: number | undefined
  /** @internal */
  readonly retry?: RetryOptions
  /** @internal */
  readonly trace?: Trace
  /**
   * Is called with a text when a request is delayed (by the rate limit, or by another try), and when an entry of a list
   * cannot be read and is left out.
   */
  readonly onDelay?: ((text: string) => void) | undefined
}

/** A client of one project, to pass to other functions. Its own functions are not part of the library. */
export interface HetznerClient {
  /** The URL of the API. */
  readonly endpoint: string
}

/** @internal */
type Resources = { readonly [Name in keyof typeof resources]: ReturnType<(typeof resources)[Name]> }

/**
 * What this program does with a project. Declarations for other programs leave it out.
 * @internal
 */
export interface HetznerClient extends Resources {
  /** The time as the API last told it, in milliseconds since the epoch. */
  readonly now: () => number
  readonly access: AccessClient
  readonly actions: ActionWaiter
}

const RETRY: RetryOptions = { retries: 5, firstPauseMs: 500, longestPauseMs: 10_000 }

/**
 * Creates a client of one project. It sends no request yet, and does not need to be closed.
 * @throws TalosImageError `token` when the token holds characters that a header cannot; `usage` when it would be sent over
 *   plain http to another computer
 * @example
 * ```ts
 * const hetzner = createHetznerClient({ token: process.env.HCLOUD_TOKEN ?? '' })
 * ```
 */
export function createHetznerClient(options: HetznerClientOptions): HetznerClient {
  const { clock = systemClock, trace = NO_TRACE, onDelay = () => {} } = options
  const endpoint = (options.endpoint ?? HETZNER_ENDPOINT).replace(/\/+$/, '')
  if (options.allowHttp !== true && isPlainHttp(endpoint)) {
    throw new TalosImageError({ code: 'usage', message: toPlainHttp(endpoint), hint: 'use https, or set allowHttp' })
  }
  const send = sendOverHttp({
    endpoint,
    token: options.token,
    userAgent: options.userAgent ?? USER_AGENT,
    timeoutMs: options.timeoutMs ?? 30_000,
    fetch: createFetch({ proxies: options.proxies }),
  })
  const onPause = (ms: number): void =>
    onDelay(`the project's hourly requests are nearly used up; waiting ${Math.ceil(ms / 1000)} s`)
  const time = followCloudTime(clock)
  // From the network (innermost) to the caller (outermost): send, trace, time, rate limit, errors, retry, parse.
  const timed = time.follow(traceRequests(trace)(send))
  const sent = failOnErrors(respectRateLimit(clock, onPause)(timed), options.tokenName)
  const unreadable = new Set<string>()
  const onUnreadable = (text: string): void => {
    if (!unreadable.has(text)) onDelay(text)
    unreadable.add(text)
  }
  const call = Object.assign(parseResponses(retryFaults(options.retry ?? RETRY, onDelay)(sent)), { onUnreadable })

  const fetchActions = async (ids: readonly number[], urgent: boolean): Promise<Action[]> =>
    (
      await call(
        { method: 'GET', path: '/actions', query: { id: ids, per_page: 50 }, urgent },
        v.object({ actions: entriesOf(Action, UNKNOWN_ACTION) }),
      )
    ).actions

  return {
    endpoint,
    now: time.now,
    ...createAll(resources, call),
    access: accessClient(sent, clock),
    actions: createActionWaiter(fetchActions, clock),
  }
}

/**
 * Whether what is sent to an address can be read by every computer on the way.
 * @internal
 */
export function isPlainHttp(endpoint: string): boolean {
  const { protocol, hostname } = URL.canParse(endpoint) ? new URL(endpoint) : { protocol: '', hostname: '' }
  return protocol === 'http:' && !isLoopbackHost(hostname)
}

/**
 * What is wrong with such an address.
 * @internal
 */
export const toPlainHttp = (endpoint: string): string =>
  `the token would be sent to ${withoutCredentials(endpoint)} without encryption`

/** Gives each resource's functions the way in which requests are sent. */
function createAll<All>(clients: { [Name in keyof All]: (call: Call) => All[Name] }, call: Call): All
function createAll(clients: Record<string, (call: Call) => unknown>, call: Call) {
  return Object.fromEntries(Object.entries(clients).map(([name, create]) => [name, create(call)]))
}
