/** Firewalls of a project; never changed here. */

import { listAll } from '../pages.ts'
import type { Call } from '../transport/transport.ts'
import { Firewall } from '../wire.ts'
import type { RequestOptions } from './servers.ts'

export type FirewallsClient = ReturnType<typeof firewallsClient>

export function firewallsClient(call: Call) {
  return {
    list: (options: RequestOptions = {}): Promise<Firewall[]> =>
      listAll(call, { path: '/firewalls', ...options }, 'firewalls', Firewall),
  }
}
