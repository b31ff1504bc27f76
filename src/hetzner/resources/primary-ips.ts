/** Primary IPs: those of servers go with them, unless somebody has changed that. */

import * as v from 'valibot'
import { listAll } from '../pages.ts'
import type { Call, RequestOptions } from '../transport/transport.ts'
import { PrimaryIp } from '../wire.ts'
import { unlessNotFound, wasFound } from './outcome.ts'

const WithPrimaryIp = v.object({ primary_ip: PrimaryIp })

export function primaryIpsClient(call: Call) {
  return {
    list: (options: RequestOptions = {}): Promise<PrimaryIp[]> =>
      listAll(call, { path: '/primary_ips', ...options }, 'primary_ips', PrimaryIp),

    /** @returns undefined when it does not exist */
    find: async (id: number, options: RequestOptions = {}): Promise<PrimaryIp | undefined> =>
      (await unlessNotFound(call({ method: 'GET', path: `/primary_ips/${id}`, ...options }, WithPrimaryIp)))
        ?.primary_ip,

    /** @returns whether it existed */
    delete: (id: number, options: RequestOptions = {}): Promise<boolean> =>
      wasFound(call({ method: 'DELETE', path: `/primary_ips/${id}`, ...options }, v.unknown())),
  }
}
