/**
 * The emulated Hetzner Cloud API, put together. Its rules come from the published OpenAPI document; where that is silent, a comment says what is assumed.
 */

import { Hono } from 'hono'
import { createActionEngine } from './action-engine.ts'
import { authenticate, type ReportAnswer } from './authenticate.ts'
import type { CloudContext, CloudEnv } from './context.ts'
import { ApiFault } from './errors.ts'
import { createInterceptor } from './intercept.ts'
import { createRunningMachines } from './machines.ts'
import type { Cloud, CloudOptions } from './options.ts'
import { createRateLimiter } from './rate-limit.ts'
import { RESOURCES, realisticMs } from './resources/index.ts'
import { createStore } from './store.ts'

const DEFAULT_RATE_LIMIT = { limit: 3600, perSecond: 1 }

/** Makes a cloud; `load` it before the first request, `close` it in the end. */
export function createCloud(options: CloudOptions): Cloud {
  const { clock, latency, failAction } = options
  const tables = RESOURCES.flatMap((resource) => resource.tables)
  const store = createStore(options.stateDir, clock, tables)
  const latencyMs = (command: string) => (latency === 'instant' ? 0 : realisticMs(command))
  const engine = createActionEngine({ store, clock, latencyMs, failAction })
  const machines = createRunningMachines(options.machines)
  const app = createApp({ options, store, engine, machines })
  return {
    routes: app.routes,
    fetch: async (request) => app.fetch(request),
    load: () => store.load(),
    idle: () => engine.idle(),
    async close() {
      await engine.close()
      await machines.allOff()
      store.settle()
      await store.save()
    },
  }
}

function createApp(cloud: CloudContext): Hono<CloudEnv> {
  const { options, store } = cloud
  const limiter = createRateLimiter(options.clock, options.rateLimit ?? DEFAULT_RATE_LIMIT)
  const report = reportAnswers(options)
  const app = new Hono<CloudEnv>().basePath('/v1')
  app.onError((error) => (error instanceof ApiFault ? error : defect(error)).toResponse())
  app.use('/*', authenticate(options.tokens, limiter, report))
  if (options.intercept !== undefined) app.use('/*', createInterceptor(options.intercept))
  app.use('/*', async (context, next) => {
    await next()
    await report(context.req.raw, context.res)
    // A client that was told of a change finds it again, even when this process is killed right after.
    await store.save()
  })
  for (const resource of RESOURCES) app.route(`/${resource.path}`, resource.routes(cloud))
  app.all('/datacenters/*', () => {
    throw new ApiFault(410, 'deprecated_api_endpoint', 'API functionality was removed: use locations', {
      announcement: 'https://docs.hetzner.cloud/changelog',
    })
  })
  app.all('/*', (context) => {
    throw unknownOperation(context.req.method, toApiPath(context.req.path))
  })
  return app
}

/** Reports the answers of the cloud itself, not those of an interceptor. While there is no listener, no body is read twice. */
function reportAnswers(options: CloudOptions): ReportAnswer {
  return async ({ method, url }, response) => {
    const { onAnswer } = options
    if (onAnswer === undefined) return
    const text = await response.clone().text()
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    onAnswer({ method, path: toApiPath(new URL(url).pathname), status: response.status, body })
  }
}

/** A path without the `/v1` in front. */
const toApiPath = (path: string): string => path.replace(/^\/v1(?=\/|$)/, '')

/**
 * 501 for everything else, be it an operation that only the real cloud has, or one that there is nowhere: clients take
 * 404 for a resource that is gone, and go on as if it had been removed.
 */
function unknownOperation(method: string, path: string): ApiFault {
  return new ApiFault(501, 'not_implemented', `the sandbox has no ${method} ${path}`)
}

function defect(error: Error): ApiFault {
  return new ApiFault(500, 'server_error', `the sandbox failed: ${error.message}`)
}
