/** What a token may do, and the state of the API, without changing anything. */

import * as v from 'valibot'
import type { Clock } from '../../util/clock.ts'
import { isApiFailure } from '../transport/api-failure.ts'
import { readNumber } from '../transport/rate-limit.ts'
import type { ApiRequest, RequestOptions, Send } from '../transport/transport.ts'

/** The state that the headers of a response tell; undefined where they do not. */
export interface ApiState {
  /** Requests per hour, and how many are left. */
  readonly rate: { readonly limit: number; readonly remaining: number } | undefined
  /** How far this computer's clock is ahead of the API's, in milliseconds, with an error of about a second. */
  readonly clockAheadMs: number | undefined
}

/** `unclear`: the API answered in another way than to tokens that may, or may not, write. */
export type WriteAccess = 'may write' | 'may only read' | 'unclear'

export type AccessClient = ReturnType<typeof accessClient>

const Created = v.object({ ssh_key: v.object({ id: v.number() }) })

/** Not a valid public key, so no key can be created from it. */
const INVALID_KEY = {
  name: 'talos-image-doctor',
  public_key: 'this is no key: `talos-image doctor` asks what its token may do',
}

/** No resource has this ID: IDs start at 1. */
const UNUSED_ID = 0

/** @param send sends a request once, without retries */
export function accessClient(send: Send, clock: Clock) {
  /** The error of a request that should fail, or its body when it succeeded. */
  async function refusalOf(request: ApiRequest): Promise<{ refusal: unknown } | { body: unknown }> {
    try {
      return { body: (await send(request)).body }
    } catch (refusal) {
      return { refusal }
    }
  }

  return {
    /**
     * Sends a small request and reads the state from the response.
     * @throws ApiFailure 401 when the token is not known
     */
    async look(options: RequestOptions = {}): Promise<ApiState> {
      const before = clock.now()
      const { headers } = await send({ method: 'GET', path: '/ssh_keys', query: { per_page: 1 }, ...options })
      const between = (before + clock.now()) / 2
      const limit = readNumber(headers.get('ratelimit-limit'))
      const remaining = readNumber(headers.get('ratelimit-remaining'))
      // The header has whole seconds, rounded down.
      const theirs = Date.parse(headers.get('date') ?? '') + 500
      return {
        rate: limit === undefined || remaining === undefined ? undefined : { limit, remaining },
        clockAheadMs: Number.isNaN(theirs) ? undefined : between - theirs,
      }
    },

    /**
     * Finds out whether the token may write, by two requests that cannot succeed: a key that is not valid, and a change
     * to a key that does not exist. An API that checks the token first refuses a read-only one with its own code; one
     * that checks the content first probably does so for one of the two only.
     */
    async findWriteAccess(options: RequestOptions = {}): Promise<WriteAccess> {
      const impossible: readonly ApiRequest[] = [
        { method: 'POST', path: '/ssh_keys', body: INVALID_KEY, mustFinish: true, ...options },
        { method: 'PUT', path: `/ssh_keys/${UNUSED_ID}`, body: { labels: {} }, mustFinish: true, ...options },
      ]
      for (const request of impossible) {
        const answer = await refusalOf(request)
        if ('body' in answer) return takeBack(send, answer.body)
        const { refusal } = answer
        if (isApiFailure(refusal, 'token_readonly', 'forbidden')) return 'may only read'
        if (!isApiFailure(refusal)) throw refusal
        if (refusal.status >= 500 || refusal.status === 401 || refusal.status === 429) return 'unclear'
      }
      return 'may write'
    },
  }
}

/** Deletes the key, in case the API did create one. */
async function takeBack(send: Send, body: unknown): Promise<WriteAccess> {
  const created = v.safeParse(Created, body)
  if (created.success) await send({ method: 'DELETE', path: `/ssh_keys/${created.output.ssh_key.id}`, urgent: true })
  return 'may write'
}
