/** Firewalls of a project; read only. */

import { listAll } from '../pages.ts'
import type { Call, RequestOptions } from '../transport/transport.ts'
import { Firewall } from '../wire.ts'

export function firewallsClient(call: Call) {
  return {
    list: (options: RequestOptions = {}): Promise<Firewall[]> =>
      listAll(call, { path: '/firewalls', ...options }, 'firewalls', Firewall),
  }
}
