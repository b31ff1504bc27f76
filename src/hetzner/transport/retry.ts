/** Retries a request when that is safe and likely to help. */

import pRetry from 'p-retry'
import { TalosImageError } from '../../errors.ts'
import { LastingFailure } from '../../util/fetch.ts'
import { ApiFailure, isApiFailure } from './api-failure.ts'
import type { ApiRequest, Send } from './transport.ts'

export interface RetryOptions {
  readonly retries: number
  /** The first pause in milliseconds; each further one is twice as long. */
  readonly firstPauseMs: number
  /** No pause is longer, in milliseconds. */
  readonly longestPauseMs: number
}

/** From this failed try on, `onRetry` is called. */
const REPORTED_FROM = 2

/** Codes which say that the request was not carried out, so that even a POST may be repeated. */
const NOT_DONE = new Set(['rate_limit_exceeded', 'conflict', 'locked', 'maintenance'])

/** 422: an error within a service of Hetzner, which may have done a part of the work. Source: the API's documentation. */
const SERVICE_ERROR = 'service_error'

/**
 * Retries what the official clients retry, and 500 and 503 as well, for unattended runs.
 * @param onRetry is called with the reason, from the second failed try on
 */
export function retryFaults(options: RetryOptions, onRetry: (why: string) => void = () => {}): (next: Send) => Send {
  return (next) => async (request) => {
    request.signal?.throwIfAborted()
    let last: unknown
    // Of a try that may have taken effect, even when the last one did not.
    let doubt: Error | undefined
    const send = (): ReturnType<Send> => {
      // The signal aborted during the pause before this try.
      if (last !== undefined && request.signal?.aborted === true) throw last
      return next(request)
    }
    return pRetry(send, {
      retries: options.retries,
      minTimeout: options.firstPauseMs,
      maxTimeout: options.longestPauseMs,
      factor: 2,
      randomize: true,
      // With a signal, p-retry would discard a response that comes after the abort.
      ...(request.signal === undefined || request.mustFinish === true ? {} : { signal: request.signal }),
      shouldRetry: ({ error }) => mayRepeat(request, error),
      onFailedAttempt: ({ error, attemptNumber, retriesLeft }) => {
        last = error
        if (isInDoubt(error)) doubt = error
        // A single failure is not reported.
        if (attemptNumber >= REPORTED_FROM && retriesLeft > 0 && mayRepeat(request, error)) {
          onRetry(`${error.message}; trying again (${attemptNumber} of ${options.retries})`)
        }
      },
    }).catch((error: unknown) => {
      // The abort reason is shared by many requests, so it is not marked: it may have come in the wait for the rate limit.
      const isAborted = request.signal?.aborted === true && error === request.signal.reason
      if (isAborted && doubt !== undefined && request.mustFinish === true) throw doubt
      if (doubt !== undefined && error instanceof Error && !isAborted) afterDoubt.add(error)
      // For clean-up, the last error says more than the end of its deadline.
      if (request.urgent === true && request.signal?.aborted === true && last !== undefined) throw last
      throw error
    })
  }
}

/** Whether a retry is safe and can change the outcome. */
export function mayRepeat(request: ApiRequest, error: unknown): boolean {
  if (request.signal?.aborted === true) return false
  if (request.hasAlternative === true && isPassing(error)) return false
  if (isNotDone(error)) return true
  return isInDoubt(error) && (request.method !== 'POST' || request.repeatable === true)
}

/** Whether the same request may succeed later. */
export const isTemporary = (error: unknown): boolean => isInDoubt(error) || isNotDone(error)

/** Whether the API has not carried the request out, for a temporary reason. */
export function isNotDone(error: unknown): boolean {
  return error instanceof ApiFailure && NOT_DONE.has(error.apiCode)
}

/** Errors of requests with an earlier try whose outcome is unknown. */
const afterDoubt = new WeakSet<Error>()

/** Whether any try of the request that ended with this error may have taken effect. */
export function mayHaveTakenEffect(error: unknown): boolean {
  return isInDoubt(error) || (error instanceof Error && afterDoubt.has(error))
}

/** Whether the API refused something because of a state of its own that passes: the same elsewhere may succeed. */
export function isPassing(error: unknown): boolean {
  return isApiFailure(error, 'maintenance', SERVICE_ERROR)
}

/** Whether it is unknown if the try took effect: a server error, or no response. */
export function isInDoubt(error: unknown): boolean {
  if (error instanceof ApiFailure) return error.status >= 500 || error.apiCode === SERVICE_ERROR
  return error instanceof TalosImageError && error.code === 'network' && !(error instanceof LastingFailure)
}
