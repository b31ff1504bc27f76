/** Documents of the API for tests that speak for the cloud themselves. */

import type { RetryOptions } from '../../../src/hetzner/transport/retry.ts'
import type { Action } from '../../../src/hetzner/wire.ts'

/** Retries without waiting for real time. */
export const FAST: RetryOptions = { retries: 3, firstPauseMs: 0, longestPauseMs: 0 }

export const PRICING = {
  currency: 'EUR',
  image: { price_per_gb_month: { net: '0.01', gross: '0.01' } },
  primary_ips: [],
}

export const LOCATION = {
  id: 1,
  name: 'fsn1',
  description: 'Falkenstein DC Park 1',
  city: 'Falkenstein',
  country: 'DE',
  network_zone: 'eu-central',
}

export const apiError = (code: string, message = 'no') => ({ error: { code, message, details: null } })

export function action(id: number, status: Action['status'] = 'running', error: Action['error'] = null): Action {
  return {
    id,
    command: 'create_server',
    status,
    progress: status === 'running' ? 50 : 100,
    resources: [{ id: 1, type: 'server' }],
    error,
  }
}
