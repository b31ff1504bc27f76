/** The Factory names every request in its answer: by the caller's own ID, or by a new one. */

import type { MiddlewareHandler } from 'hono'

const HEADER = 'X-Request-ID'

export const requestId: MiddlewareHandler = async (context, next) => {
  await next()
  context.header(HEADER, context.req.header(HEADER) ?? crypto.randomUUID())
  context.header('Server', 'Image Factory (emulated)')
}
