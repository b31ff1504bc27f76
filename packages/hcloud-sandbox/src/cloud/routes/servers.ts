/** `/servers`: list, look at, change and delete. */

import { rm } from 'node:fs/promises'
import { Hono } from 'hono'
import * as v from 'valibot'
import { readBody } from '../body.ts'
import type { StoredServer } from '../entities.ts'
import type { CloudContext, CloudEnv } from '../environment.ts'
import { isProtected } from '../errors.ts'
import { formatServer } from '../formatters/server.ts'
import { LabelsInput } from '../labels.ts'
import { pageResponse, type SortFields, selectByLabels, selectByParameter, sortItems } from '../list.ts'
import { requireServer, requireUniqueServerName, ServerName, startServerAction } from '../servers.ts'
import { removeItem } from '../store.ts'
import { resourceActionRoutes } from './actions.ts'

const UpdateInput = v.object({ name: v.optional(ServerName), labels: v.optional(LabelsInput) })

const SORT: SortFields<StoredServer> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  created: ({ created }) => created,
}

export function serverRoutes(cloud: CloudContext): Hono<CloudEnv> {
  const { store, power } = cloud
  return new Hono<CloudEnv>()
    .route(
      '/',
      resourceActionRoutes(cloud, 'server', (project, id) => requireServer(cloud, project, id)),
    )
    .get('/', (context) => {
      const all = store.state.servers.filter((server) => server.project === context.get('project'))
      const labelled = selectByLabels(context, all)
      const named = selectByParameter(context, 'name', labelled, ({ name }) => name)
      const selected = selectByParameter(context, 'status', named, (server) => power.statusOf(server))
      return pageResponse(context, 'servers', sortItems(context, selected, SORT), (server) =>
        formatServer(server, cloud),
      )
    })
    .get('/:id{[0-9]+}', (context) => {
      const server = requireServer(cloud, context.get('project'), context.req.param('id'))
      return context.json({ server: formatServer(server, cloud) })
    })
    .put('/:id{[0-9]+}', async (context) => {
      const server = requireServer(cloud, context.get('project'), context.req.param('id'))
      const input = await readBody(context, UpdateInput)
      if (input.name !== undefined && input.name !== server.name) {
        requireUniqueServerName(cloud, server.project, input.name)
      }
      server.name = input.name ?? server.name
      server.labels = input.labels ?? server.labels
      store.touch()
      return context.json({ server: formatServer(server, cloud) })
    })
    .delete('/:id{[0-9]+}', (context) => {
      const server = requireServer(cloud, context.get('project'), context.req.param('id'))
      if (server.protection.delete) throw isProtected('server')
      const action = startServerAction(cloud, server, {
        command: 'delete_server',
        meanwhile: 'deleting',
        async work(latency) {
          await latency()
          await power.remove(server)
          await rm(store.serverDisk(server.id), { force: true })
          removeItem(store.state.servers, server)
          for (const firewall of store.state.firewalls) {
            firewall.appliedTo = firewall.appliedTo.filter((one) => one.type !== 'server' || one.id !== server.id)
          }
        },
      })
      return context.json({ action })
    })
}
