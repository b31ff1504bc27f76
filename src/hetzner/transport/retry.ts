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

/** From this try on, whoever waits is told why. */
const TOLD_FROM = 2

/** The request was certainly not carried out, so that even a POST may be repeated. */
const NOT_DONE = new Set(['rate_limit_exceeded', 'conflict', 'locked'])

/**
 * Retries what the official clients retry, and a little more, since here nobody sits in front of it at night.
 * @param onRetry is told why the answer is late, from the second failed try on
 */
export function retryFaults(options: RetryOptions, onRetry: (why: string) => void = () => {}): (next: Send) => Send {
  return (next) => async (request) => {
    request.signal?.throwIfAborted()
    let last: unknown
    // Whatever the last try ended with, an earlier one may have taken effect.
    let doubtful = false
    const send = (): ReturnType<Send> => {
      // The signal aborted during the pause before this try: nothing new is begun.
      if (last !== undefined && request.signal?.aborted === true) throw last
      return next(request)
    }
    return pRetry(send, {
      retries: options.retries,
      minTimeout: options.firstPauseMs,
      maxTimeout: options.longestPauseMs,
      factor: 2,
      randomize: true,
      // With a signal, p-retry would throw an answer away that came after the signal aborted.
      ...(request.signal === undefined || request.mustFinish === true ? {} : { signal: request.signal }),
      shouldRetry: ({ error }) => mayRepeat(request, error),
      onFailedAttempt: ({ error, attemptNumber, retriesLeft }) => {
        last = error
        doubtful ||= isInDoubt(error)
        // One fault is nothing to speak of.
        if (attemptNumber >= TOLD_FROM && retriesLeft > 0 && mayRepeat(request, error)) {
          onRetry(`${error.message}; trying again (${attemptNumber} of ${options.retries})`)
        }
      },
    }).catch((error: unknown) => {
      // The reason of an abort is everybody's, and says nothing of this request.
      if (doubtful && error instanceof Error && error !== request.signal?.reason) afterDoubt.add(error)
      // Clean-up runs until its deadline; what kept it from succeeding says more than that the time is over.
      if (request.urgent === true && request.signal?.aborted === true && last !== undefined) throw last
      throw error
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

/** Errors of requests of which an earlier try ended in doubt. */
const afterDoubt = new WeakSet<Error>()

/** Whether a request that ended with this error may have taken effect, in any of its tries. */
export function mayHaveTakenEffect(error: unknown): boolean {
  return isInDoubt(error) || (error instanceof Error && afterDoubt.has(error))
}

/** Whether it is unknown if the request took effect: a fault of the server, or no answer at all. */
export function isInDoubt(error: unknown): boolean {
  if (error instanceof ApiFailure) return error.status >= 500
  return error instanceof TalosImageError && error.code === 'network'
}
