/** The Hetzner Cloud client: the transport chain, and the resources that use it. */

import * as v from 'valibot'
import { type Clock, systemClock } from '../util/clock.ts'
import { createFetch } from '../util/fetch.ts'
import type { Proxies } from '../util/proxies.ts'
import { NO_TRACE, type Trace } from '../util/trace.ts'
import { type ActionWaiter, createActionWaiter } from './action-waiter.ts'
import { type AccessClient, accessClient } from './resources/access.ts'
import * as resources from './resources/index.ts'
import { failOnErrors } from './transport/api-failure.ts'
import { respectRateLimit } from './transport/rate-limit.ts'
import { type RetryOptions, retryFaults } from './transport/retry.ts'
import { sendOverHttp, traceRequests } from './transport/send.ts'
import { type Call, parseResponses } from './transport/transport.ts'
import { Action } from './wire.ts'

/**
 * Where the real service is. Source: Hetzner Cloud API documentation.
 * @internal
 */
export const HETZNER_ENDPOINT = 'https://api.hetzner.cloud/v1'

/** How a project is reached. */
export interface HetznerClientOptions {
  /** A token belongs to one project. */
  readonly token: string
  /** Where the token came from, for messages; HCLOUD_TOKEN by default. */
  readonly tokenName?: string | undefined
  /** Where the API is, up to and with `/v1`; the real one by default. */
  readonly endpoint?: string | undefined
  /** What requests call themselves; `talos-image` by default. */
  readonly userAgent?: string | undefined
  /** What requests go through: {@link findProxies}; nothing by default. */
  readonly proxies?: Proxies | undefined
  /** @internal */
  readonly clock?: Clock
  /** How long one request may take, in milliseconds; 30 000 by default. */
  readonly timeoutMs?: number | undefined
  /** @internal */
  readonly retry?: RetryOptions
  /** @internal */
  readonly trace?: Trace
  /** Is told, in words, of what makes a request take long: a pause for the rate limit, another try. */
  readonly onDelay?: ((text: string) => void) | undefined
}

/** One project, for the functions that take it; what it can do by itself is no part of the library. */
export interface HetznerClient {
  /** Where the API is. */
  readonly endpoint: string
}

/** @internal */
type Resources = { readonly [Name in keyof typeof resources]: ReturnType<(typeof resources)[Name]> }

/**
 * What this program does with a project. Declarations for other programs leave it out.
 * @internal
 */
export interface HetznerClient extends Resources {
  readonly access: AccessClient
  readonly actions: ActionWaiter
}

const RETRY: RetryOptions = { retries: 5, firstPauseMs: 500, longestPauseMs: 10_000 }

/**
 * A client of one project. It asks nothing yet, holds no connection and needs no closing.
 * @example
 * ```ts
 * const hetzner = createHetznerClient({ token: process.env.HCLOUD_TOKEN ?? '' })
 * ```
 */
export function createHetznerClient(options: HetznerClientOptions): HetznerClient {
  const { clock = systemClock, trace = NO_TRACE, onDelay = () => {} } = options
  const endpoint = (options.endpoint ?? HETZNER_ENDPOINT).replace(/\/+$/, '')
  const send = sendOverHttp({
    endpoint,
    token: options.token,
    userAgent: options.userAgent ?? 'talos-image',
    timeoutMs: options.timeoutMs ?? 30_000,
    fetch: createFetch({ proxies: options.proxies }),
  })
  const onPause = (ms: number): void =>
    onDelay(`the project's hourly requests are nearly used up; waiting ${Math.ceil(ms / 1000)} s`)
  // From the network (inside) to the caller (outside): send, tell, watch the budget, name errors, try again, parse.
  const sent = failOnErrors(respectRateLimit(clock, onPause)(traceRequests(trace)(send)), options.tokenName)
  const call = parseResponses(retryFaults(options.retry ?? RETRY, onDelay)(sent))

  const fetchActions = async (ids: readonly number[], urgent: boolean): Promise<Action[]> =>
    (
      await call(
        { method: 'GET', path: '/actions', query: { id: ids, per_page: 50 }, urgent },
        v.object({ actions: v.array(Action) }),
      )
    ).actions

  return {
    endpoint,
    ...createAll(resources, call),
    access: accessClient(sent, clock),
    actions: createActionWaiter(fetchActions, clock),
  }
}

/** Gives each resource's functions the way in which requests are sent. */
function createAll<All>(clients: { [Name in keyof All]: (call: Call) => All[Name] }, call: Call): All
function createAll(clients: Record<string, (call: Call) => unknown>, call: Call) {
  return Object.fromEntries(Object.entries(clients).map(([name, create]) => [name, create(call)]))
}
