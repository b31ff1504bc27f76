/** What a token may do, and what the API says beside its answers; nothing is changed by asking. */

import * as v from 'valibot'
import type { Clock } from '../../util/clock.ts'
import { isApiFailure } from '../transport/api-failure.ts'
import { readNumber } from '../transport/rate-limit.ts'
import type { ApiRequest, RequestOptions, Send } from '../transport/transport.ts'

/** What stands in the headers of an answer; undefined what does not. */
export interface ApiState {
  /** Requests an hour, and how many of them are left. */
  readonly rate: { readonly limit: number; readonly remaining: number } | undefined
  /** How far this computer's clock is ahead of the API's, in milliseconds, give or take a second. */
  readonly clockAheadMs: number | undefined
}

/** `unclear`: the API answered neither as it does to tokens that may write, nor as to others. */
export type WriteAccess = 'may write' | 'may only read' | 'unclear'

export type AccessClient = ReturnType<typeof accessClient>

const Created = v.object({ ssh_key: v.object({ id: v.number() }) })

/** No key: what has no key in it cannot become one. */
const NO_KEY = {
  name: 'talos-image-doctor',
  public_key: 'this is no key: talos-image doctor asks what its token may do',
}

/** IDs count from 1. */
const NO_ID = 0

/** @param send without another try: whoever asks how the API is wants to know at once */
export function accessClient(send: Send, clock: Clock) {
  /** What is wrong with a request that cannot succeed; undefined when it succeeded all the same. */
  async function refusalOf(request: ApiRequest): Promise<{ refusal: unknown } | { body: unknown }> {
    try {
      return { body: (await send(request)).body }
    } catch (refusal) {
      return { refusal }
    }
  }

  return {
    /**
     * Reads something small.
     * @throws ApiFailure 401 when the token is not known
     */
    async look(options: RequestOptions = {}): Promise<ApiState> {
      const before = clock.now()
      const { headers } = await send({ method: 'GET', path: '/ssh_keys', query: { per_page: 1 }, ...options })
      const between = (before + clock.now()) / 2
      const limit = readNumber(headers.get('ratelimit-limit'))
      const remaining = readNumber(headers.get('ratelimit-remaining'))
      // The header has whole seconds, cut off.
      const theirs = Date.parse(headers.get('date') ?? '') + 500
      return {
        rate: limit === undefined || remaining === undefined ? undefined : { limit, remaining },
        clockAheadMs: Number.isNaN(theirs) ? undefined : between - theirs,
      }
    },

    /**
     * Finds out whether the token may write, by two requests that nobody could carry out: a key that is none, and a
     * change to a key that cannot be. An API that looks at the token first refuses a read-only one for that; one that
     * looks at the content first is likely to do so with one of the two only.
     */
    async findWriteAccess(options: RequestOptions = {}): Promise<WriteAccess> {
      const impossible: readonly ApiRequest[] = [
        { method: 'POST', path: '/ssh_keys', body: NO_KEY, mustFinish: true, ...options },
        { method: 'PUT', path: `/ssh_keys/${NO_ID}`, body: { labels: {} }, mustFinish: true, ...options },
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

/** Should an API ever take what is no key: it goes at once. */
async function takeBack(send: Send, body: unknown): Promise<WriteAccess> {
  const created = v.safeParse(Created, body)
  if (created.success) await send({ method: 'DELETE', path: `/ssh_keys/${created.output.ssh_key.id}`, urgent: true })
  return 'may write'
}
