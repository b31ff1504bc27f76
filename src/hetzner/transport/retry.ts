/** Sends a request again when that is safe and likely to help. */

import pRetry from 'p-retry'
import { TalosImageError } from '../../errors.ts'
import { ApiFailure } from './api-failure.ts'
import type { ApiRequest, Send } from './transport.ts'

export interface RetryOptions {
  /** How often a request is sent again. */
  readonly retries: number
  /** The first pause in milliseconds; each further one is twice as long. */
  readonly firstPauseMs: number
  /** No pause is longer, in milliseconds. */
  readonly longestPauseMs: number
}

/** The request was certainly not carried out, so that even a POST may be repeated. */
const NOT_DONE = new Set(['rate_limit_exceeded', 'conflict', 'locked'])

/** Retries what the official clients retry, and a little more, since here nobody sits in front of it at night. */
export function retryFaults(options: RetryOptions): (next: Send) => Send {
  return (next) => async (request) => {
    request.signal?.throwIfAborted()
    return pRetry(() => next(request), {
      retries: options.retries,
      minTimeout: options.firstPauseMs,
      maxTimeout: options.longestPauseMs,
      factor: 2,
      randomize: true,
      // With a signal, p-retry would throw an answer away that came after the signal aborted.
      ...(request.signal === undefined || request.mustFinish === true ? {} : { signal: request.signal }),
      shouldRetry: ({ error }) => mayRepeat(request, error),
    })
  }
}

/** Whether sending the request again is safe, and can change the answer. */
export function mayRepeat(request: ApiRequest, error: unknown): boolean {
  if (request.signal?.aborted === true) return false
  if (isNotDone(error)) return true
  return isInDoubt(error) && (request.method !== 'POST' || request.repeatable === true)
}

/** Whether the API said that it has not carried the request out, for a reason that passes. */
export function isNotDone(error: unknown): boolean {
  return error instanceof ApiFailure && NOT_DONE.has(error.apiCode)
}

/** Whether it is unknown if the request took effect: a fault of the server, or no answer at all. */
export function isInDoubt(error: unknown): boolean {
  if (error instanceof ApiFailure) return error.status >= 500
  return error instanceof TalosImageError && error.code === 'network'
}
