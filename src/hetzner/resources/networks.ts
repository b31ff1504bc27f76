/** Private networks of a project; read only. */

import { listAll } from '../pages.ts'
import type { Call, RequestOptions } from '../transport/transport.ts'
import { Network } from '../wire.ts'

export function networksClient(call: Call) {
  return {
    list: (options: RequestOptions = {}): Promise<Network[]> =>
      listAll(call, { path: '/networks', ...options }, 'networks', Network),
  }
}
