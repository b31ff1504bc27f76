/** Lets the caller of the sandbox answer in the place of the Factory. */

import type { MiddlewareHandler } from 'hono'
import { intercept } from '../intercept.ts'

/**
 * Answers in the place of the Factory, or lets it answer (undefined).
 * `answer` makes the Factory do the work: a fault can let it happen and still lose the answer.
 * `signal` aborts when the client goes away, or the sandbox closes, before the answer. That of the request itself, which
 * is a copy, is no good: Node.js 20 may collect what makes it abort.
 */
export type FactoryIntercept = (
  request: Request,
  answer: () => Promise<Response>,
  signal: AbortSignal,
) => Response | undefined | Promise<Response | undefined>

/** A middleware that asks the interceptor first. */
export function createInterceptor(given: FactoryIntercept): MiddlewareHandler {
  return (context, next) =>
    intercept(context, next, (answer) => given(context.req.raw.clone(), answer, context.req.raw.signal))
}
