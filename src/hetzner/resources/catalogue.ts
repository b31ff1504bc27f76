/** What Hetzner Cloud offers: server types, locations, prices. */

import * as v from 'valibot'
import { TalosImageError } from '../../errors.ts'
import { startDeadline } from '../../util/deadline.ts'
import { listAll } from '../pages.ts'
import type { Call, RequestOptions } from '../transport/transport.ts'
import { Location, Pricing, ServerType, UNKNOWN_LOCATION, UNKNOWN_SERVER_TYPE } from '../wire.ts'

/** How long prices are waited for, in milliseconds, with all tries: nothing depends on them. */
const PRICES_MS = 5000

export function catalogueClient(call: Call) {
  const pricing = async (options: RequestOptions = {}): Promise<Pricing> =>
    (await call({ method: 'GET', path: '/pricing', ...options }, v.object({ pricing: Pricing }))).pricing

  return {
    serverTypes: (options: RequestOptions = {}): Promise<ServerType[]> =>
      listAll(call, { path: '/server_types', ...options }, 'server_types', ServerType, UNKNOWN_SERVER_TYPE),

    locations: (options: RequestOptions = {}): Promise<Location[]> =>
      listAll(call, { path: '/locations', ...options }, 'locations', Location, UNKNOWN_LOCATION),

    /** @throws TalosImageError when the API does not tell them, or in another form than the documented one */
    pricing,

    /** The prices; undefined when they cannot be had within 5 s: what they are for is shown without them then. */
    async pricesIfKnown({ signal, ...options }: RequestOptions = {}): Promise<Pricing | undefined> {
      using deadline = startDeadline(signal, PRICES_MS)
      try {
        return await pricing({ signal: deadline.signal, ...options })
      } catch (error) {
        if (!deadline.expired && (!(error instanceof TalosImageError) || signal?.aborted === true)) throw error
        return undefined
      }
    },
  }
}
