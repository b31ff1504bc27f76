/** Lets the caller of the sandbox answer in the place of the Factory. */

import type { MiddlewareHandler } from 'hono'

/**
 * Answers in the place of the Factory, or lets it answer (undefined).
 * `answer` makes the Factory do the work: a fault can let it happen and still lose the answer.
 */
export type FactoryIntercept = (
  request: Request,
  answer: () => Promise<Response>,
) => Response | undefined | Promise<Response | undefined>

/** A middleware that asks the interceptor first. */
export function createInterceptor(intercept: FactoryIntercept): MiddlewareHandler {
  return async (context, next) => {
    let answered = false
    const given = await intercept(context.req.raw.clone(), async () => {
      answered = true
      await next()
      return context.res
    })
    if (given !== undefined && given !== context.res) {
      // setting a response over another one would keep the headers of the first
      context.res = undefined
      context.res = given
    } else if (!answered) await next()
  }
}
