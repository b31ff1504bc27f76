/**
 * The emulated Hetzner Cloud API: the rooms, put together.
 * Its words and rules come from the published OpenAPI document; where that is silent, a comment says what is assumed.
 */

import { Hono } from 'hono'
import { createActionEngine } from './action-engine.ts'
import { createTeller } from './answers.ts'
import type { CloudContext, CloudEnv } from './environment.ts'
import { ApiFault } from './errors.ts'
import { createGuard } from './guard.ts'
import { createInterceptor } from './intercept.ts'
import type { Cloud, CloudOptions } from './options.ts'
import { createPower } from './power.ts'
import { createRateLimiter } from './rate-limit.ts'
import { settle } from './recover.ts'
import { actionRoutes } from './routes/actions.ts'
import { locationRoutes, pricingRoutes, serverTypeRoutes } from './routes/catalogue.ts'
import { EMPTY_KINDS, emptyRoutes } from './routes/empty.ts'
import { firewallRoutes } from './routes/firewalls.ts'
import { imageRoutes } from './routes/images.ts'
import { networkRoutes } from './routes/networks.ts'
import { primaryIpRoutes } from './routes/primary-ips.ts'
import { serverCreateRoutes } from './routes/server-create.ts'
import { serverPowerRoutes } from './routes/server-power.ts'
import { serverSettingRoutes } from './routes/server-settings.ts'
import { serverSnapshotRoutes } from './routes/server-snapshot.ts'
import { serverRoutes } from './routes/servers.ts'
import { sshKeyRoutes } from './routes/ssh-keys.ts'
import { createStore } from './store.ts'
import { unknownOperation } from './unknown.ts'

const DEFAULT_RATE_LIMIT = { limit: 3600, perSecond: 1 }

/** Makes a cloud; `load` it before the first request, `close` it in the end. */
export function createCloud(options: CloudOptions): Cloud {
  const { machines, clock, sshPort, latency, failAction } = options
  const store = createStore(options.stateDir, clock)
  const engine = createActionEngine({ store, clock, latency, failAction })
  const power = createPower({ machines, store, clock, sshPort })
  const app = createApp({ options, store, engine, power })
  return {
    routes: app.routes,
    fetch: async (request) => app.fetch(request),
    load: () => store.load(),
    idle: () => engine.idle(),
    async close() {
      await engine.close()
      await power.allOff()
      settle(store.state, clock.now())
      store.touch()
      await store.save()
    },
  }
}

function createApp(cloud: CloudContext): Hono<CloudEnv> {
  const { options, store } = cloud
  const limiter = createRateLimiter(options.clock, options.rateLimit ?? DEFAULT_RATE_LIMIT)
  const tell = createTeller(options.onAnswer)
  const app = new Hono<CloudEnv>().basePath('/v1')
  app.onError((error) => (error instanceof ApiFault ? error : defect(error)).toResponse())
  app.use('/*', createGuard(options.tokens, limiter, tell))
  if (options.intercept !== undefined) app.use('/*', createInterceptor(options.intercept))
  app.use('/*', async (context, next) => {
    await next()
    await tell?.(context.req.raw, context.res)
    // A client that was told of a change finds it again, even when this process is killed right after.
    await store.save()
  })
  app.route('/servers', serverCreateRoutes(cloud))
  app.route('/servers', serverRoutes(cloud))
  app.route('/servers', serverPowerRoutes(cloud))
  app.route('/servers', serverSettingRoutes(cloud))
  app.route('/servers', serverSnapshotRoutes(cloud))
  app.route('/images', imageRoutes(cloud))
  app.route('/ssh_keys', sshKeyRoutes(cloud))
  app.route('/networks', networkRoutes(cloud))
  app.route('/firewalls', firewallRoutes(cloud))
  app.route('/actions', actionRoutes(cloud))
  app.route('/server_types', serverTypeRoutes(cloud))
  app.route('/locations', locationRoutes())
  app.route('/pricing', pricingRoutes())
  app.route('/primary_ips', primaryIpRoutes(cloud))
  for (const [path, kind] of Object.entries(EMPTY_KINDS)) app.route(`/${path}`, emptyRoutes(path, kind))
  app.all('/datacenters/*', () => {
    throw new ApiFault(410, 'deprecated_api_endpoint', 'API functionality was removed: use locations', {
      announcement: 'https://docs.hetzner.cloud/changelog',
    })
  })
  app.all('/*', (context) => {
    throw unknownOperation(context.req.method, context.req.path.replace(/^\/v1(?=\/|$)/, ''))
  })
  return app
}

function defect(error: Error): ApiFault {
  return new ApiFault(500, 'server_error', `the sandbox failed: ${error.message}`)
}
