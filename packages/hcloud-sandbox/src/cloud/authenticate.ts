/** What every request passes before it reaches a route: the rate limit, then the token. */

import type { MiddlewareHandler } from 'hono'
import type { CloudEnv } from './context.ts'
import { ApiFault } from './errors.ts'
import type { TokenGrant } from './options.ts'
import type { Quota, RateLimiter } from './rate-limit.ts'

/** Requests without a known token share one bucket. */
const ANONYMOUS = ''

/** Is told of a request and its answer. */
export type ReportAnswer = (request: Request, response: Response) => Promise<void>

/**
 * Answers 429 and 401 itself, sets the project for the routes, and puts the rate limit's headers on every answer.
 * @param grants may become more
 */
export function authenticate(
  grants: readonly TokenGrant[],
  limiter: RateLimiter,
  report: ReportAnswer,
): MiddlewareHandler<CloudEnv> {
  return async (context, next) => {
    const token = bearerToken(context.req.header('Authorization'))
    const grant = grants.find((one) => one.token === token)
    const quota = limiter.take(grant === undefined ? ANONYMOUS : `project ${grant.project}`)
    const refusal = refuse(context.req.method, quota, grant)
    if (refusal !== undefined || grant === undefined) {
      context.res = (refusal ?? unauthorized()).toResponse()
      await report(context.req.raw, context.res)
    } else {
      context.set('project', grant.project)
      await next()
    }
    context.header('RateLimit-Limit', String(quota.limit))
    // A scripted fault may have said otherwise.
    if (context.res.headers.has('RateLimit-Reset')) return
    context.header('RateLimit-Remaining', String(quota.remaining))
    context.header('RateLimit-Reset', String(quota.reset))
  }
}

function bearerToken(header = ''): string {
  return /^Bearer (\S+)$/i.exec(header)?.[1] ?? ''
}

function refuse(method: string, quota: Quota, grant: TokenGrant | undefined): ApiFault | undefined {
  if (!quota.allowed) {
    return new ApiFault(429, 'rate_limit_exceeded', `Limit of '${quota.limit}' requests per hour reached.`)
  }
  if (grant === undefined) return unauthorized()
  if (grant.readOnly && method !== 'GET' && method !== 'HEAD') {
    return new ApiFault(401, 'token_readonly', 'the token is only allowed to perform GET requests')
  }
  return undefined
}

function unauthorized(): ApiFault {
  return new ApiFault(401, 'unauthorized', 'unable to authenticate')
}
