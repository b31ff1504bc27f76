/** `/primary_ips`: looking at the addresses of servers. */

import { Hono } from 'hono'
import type { CloudContext, CloudEnv } from '../environment.ts'
import { notFound } from '../errors.ts'
import { formatPrimaryIp } from '../formatters/primary-ip.ts'
import { pageResponse, type SortFields, selectByLabels, selectByParameter, sortItems } from '../list.ts'
import { primaryIpsOf } from '../primary-ips.ts'

type WirePrimaryIp = ReturnType<typeof formatPrimaryIp>

const SORT: SortFields<WirePrimaryIp> = { id: ({ id }) => id, created: ({ created }) => created }

export function primaryIpRoutes({ store }: CloudContext): Hono<CloudEnv> {
  const ipsOf = (project: string): WirePrimaryIp[] =>
    store.state.servers
      .filter((server) => server.project === project)
      .flatMap(primaryIpsOf)
      .map(formatPrimaryIp)

  return new Hono<CloudEnv>()
    .get('/', (context) => {
      const labelled = selectByLabels(context, ipsOf(context.get('project')))
      const named = selectByParameter(context, 'name', labelled, ({ name }) => name)
      const selected = selectByParameter(context, 'ip', named, ({ ip }) => ip)
      return pageResponse(context, 'primary_ips', sortItems(context, selected, SORT), (ip) => ip)
    })
    .get('/:id{[0-9]+}', (context) => {
      const id = context.req.param('id')
      const found = ipsOf(context.get('project')).find((ip) => String(ip.id) === id)
      if (found === undefined) throw notFound('primary IP', id)
      return context.json({ primary_ip: found })
    })
}
