/** Lets the caller of the sandbox answer in the place of the cloud. */

import type { MiddlewareHandler } from 'hono'
import type { CloudEnv } from './environment.ts'
import type { Intercept } from './options.ts'

/** A middleware that asks the interceptor first. */
export function createInterceptor(intercept: Intercept): MiddlewareHandler<CloudEnv> {
  return async (context, next) => {
    let answered = false
    const url = new URL(context.req.url)
    const request = {
      method: context.req.method,
      path: url.pathname.replace(/^\/v1(?=\/|$)/, ''),
      query: url.searchParams,
      body: toJson(await context.req.text()),
    }
    const given = await intercept(request, async () => {
      answered = true
      await next()
      return context.res
    })
    if (given !== undefined && given !== context.res) {
      // Setting a response over another one would keep the headers of the first.
      context.res = undefined
      context.res = given
    } else if (!answered) await next()
  }
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
