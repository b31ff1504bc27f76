/** Lets the caller of the sandbox answer in the place of the cloud. */

import type { MiddlewareHandler } from 'hono'
import { intercept } from '../intercept.ts'
import type { CloudEnv } from './context.ts'
import type { Intercept } from './options.ts'

/** A middleware that asks the interceptor first. */
export function createInterceptor(given: Intercept): MiddlewareHandler<CloudEnv> {
  return async (context, next) => {
    const url = new URL(context.req.url)
    const request = {
      project: context.get('project'),
      method: context.req.method,
      path: url.pathname.replace(/^\/v1(?=\/|$)/, ''),
      query: url.searchParams,
      body: toJson(await context.req.text()),
      signal: context.req.raw.signal,
    }
    await intercept(context, next, (answer) => given(request, answer))
  }
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
