/** What the cloud offers: `/locations`, `/server_types`, `/pricing`. The same for every project. */

import { Hono } from 'hono'
import { type CatalogueLocation, findLocation, LOCATIONS } from '../catalogue/locations.ts'
import { addressPrices, serverTypePrices, toPrice, VAT_RATE } from '../catalogue/prices.ts'
import { SERVER_TYPES } from '../catalogue/server-types.ts'
import type { CloudContext, CloudEnv } from '../environment.ts'
import { notFound } from '../errors.ts'
import { formatServerType } from '../formatters/server-type.ts'
import { pageResponse, type SortFields, selectByParameter, sortItems } from '../list.ts'

const SORT_LOCATIONS: SortFields<CatalogueLocation> = { id: ({ id }) => id, name: ({ name }) => name }

export function locationRoutes(): Hono<CloudEnv> {
  return new Hono<CloudEnv>()
    .get('/', (context) => {
      const named = selectByParameter(context, 'name', LOCATIONS, ({ name }) => name)
      return pageResponse(context, 'locations', sortItems(context, named, SORT_LOCATIONS), (location) => location)
    })
    .get('/:id{[0-9]+}', (context) => {
      const location = findLocation(context.req.param('id'))
      if (location === undefined) throw notFound('location', context.req.param('id'))
      return context.json({ location })
    })
}

export function serverTypeRoutes({ options }: CloudContext): Hono<CloudEnv> {
  const format = (type: (typeof SERVER_TYPES)[number]) =>
    formatServerType(type, options.outOfStock ?? [], options.clock.now())
  return new Hono<CloudEnv>()
    .get('/', (context) => {
      const named = selectByParameter(context, 'name', SERVER_TYPES, ({ name }) => name)
      return pageResponse(context, 'server_types', named, format)
    })
    .get('/:id{[0-9]+}', (context) => {
      const type = SERVER_TYPES.find(({ id }) => String(id) === context.req.param('id'))
      if (type === undefined) throw notFound('server type', context.req.param('id'))
      return context.json({ server_type: format(type) })
    })
}

export function pricingRoutes(): Hono<CloudEnv> {
  const floatingIp = addressPrices(3).map(({ location, price_monthly }) => ({ location, price_monthly }))
  return new Hono<CloudEnv>().get('/', (context) =>
    context.json({
      pricing: {
        currency: 'EUR',
        vat_rate: VAT_RATE.toFixed(2),
        primary_ips: [
          { type: 'ipv4', prices: addressPrices(0.5) },
          { type: 'ipv6', prices: addressPrices(0) },
        ],
        floating_ips: [
          { type: 'ipv4', prices: floatingIp },
          { type: 'ipv6', prices: floatingIp },
        ],
        image: { price_per_gb_month: toPrice(0.011) },
        volume: { price_per_gb_month: toPrice(0.044) },
        server_backup: { percentage: '20.00' },
        server_types: SERVER_TYPES.map((type) => ({ id: type.id, name: type.name, prices: serverTypePrices(type) })),
        load_balancer_types: [],
        floating_ip: { price_monthly: toPrice(3) },
      },
    }),
  )
}
