/** What Hetzner Cloud offers: server types, locations, prices. */

import * as v from 'valibot'
import { listAll } from '../pages.ts'
import type { Call, RequestOptions } from '../transport/transport.ts'
import { Location, Pricing, ServerType } from '../wire.ts'

export function catalogueClient(call: Call) {
  return {
    serverTypes: (options: RequestOptions = {}): Promise<ServerType[]> =>
      listAll(call, { path: '/server_types', ...options }, 'server_types', ServerType),

    locations: (options: RequestOptions = {}): Promise<Location[]> =>
      listAll(call, { path: '/locations', ...options }, 'locations', Location),

    pricing: async (options: RequestOptions = {}): Promise<Pricing> =>
      (await call({ method: 'GET', path: '/pricing', ...options }, v.object({ pricing: Pricing }))).pricing,
  }
}
