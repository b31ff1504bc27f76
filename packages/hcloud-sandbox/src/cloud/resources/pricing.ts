/** `/pricing` */

import { Hono } from 'hono'
import type { CloudEnv } from '../context.ts'
import type { Resource } from '../resource.ts'
import { addressPrices, serverTypePrices, toPrice, VAT_RATE } from './prices.ts'
import { SERVER_TYPES } from './server-types.ts'

export const pricingResource: Resource = {
  path: 'pricing',
  tables: [],
  latencies: {},
  coverage: { 'GET /pricing': { partial: 'a selection, with prices of 2026' } },
  routes: () => new Hono<CloudEnv>().get('/', (context) => context.json({ pricing: PRICING })),
}

const floatingIp = addressPrices(3).map(({ location, price_monthly }) => ({ location, price_monthly }))

const PRICING = {
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
  image: { price_per_gb_month: toPrice(0.0143) },
  volume: { price_per_gb_month: toPrice(0.0572) },
  server_backup: { percentage: '20.00' },
  server_types: SERVER_TYPES.map((type) => ({ id: type.id, name: type.name, prices: serverTypePrices(type) })),
  load_balancer_types: [],
  floating_ip: { price_monthly: toPrice(3) },
}
