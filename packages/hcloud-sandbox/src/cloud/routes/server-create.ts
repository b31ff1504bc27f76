/** `POST /servers` */

import { Hono } from 'hono'
import { readBody } from '../body.ts'
import type { StoredServer } from '../entities.ts'
import type { CloudContext, CloudEnv } from '../environment.ts'
import { formatAction } from '../formatters/action.ts'
import { formatServer } from '../formatters/server.ts'
import { createPassword } from '../password.ts'
import { makeServerDisk } from '../server-disk.ts'
import { attachToNetworks } from '../server-networks.ts'
import { decideServer } from '../server-order.ts'
import { ServerOrder } from '../server-order-schema.ts'
import { resolveSshKeys } from '../ssh-key-choice.ts'

export function serverCreateRoutes(cloud: CloudContext): Hono<CloudEnv> {
  const { options, store, engine, power } = cloud
  return new Hono<CloudEnv>().post('/', async (context) => {
    const project = context.get('project')
    const order = await readBody(context, ServerOrder)
    const authorizedKeys = resolveSshKeys(store, project, order.ssh_keys)
    const { type, location, image, networks, firewalls } = decideServer(cloud, project, order)
    const id = store.nextId('server')
    store.state.lastServerNumber += 1
    const server: StoredServer = {
      id,
      project,
      number: store.state.lastServerNumber,
      name: order.name,
      status: 'initializing',
      created: options.clock.now(),
      serverType: type.name,
      location,
      image: image.id,
      osFlavor: image.osFlavor,
      osVersion: image.osVersion,
      address: options.allocateAddress(store.state.lastServerNumber),
      enableIpv4: order.public_net.enable_ipv4,
      enableIpv6: order.public_net.enable_ipv6,
      networks: [],
      labels: order.labels,
      protection: { delete: false, rebuild: false },
      authorizedKeys,
      rootPassword: createPassword(),
      rescue: null,
    }
    store.state.servers.push(server)
    for (const firewall of firewalls) firewall.appliedTo.push({ type: 'server', id })
    const resources = [{ id, type: 'server' }] as const
    const created = engine.start({
      project,
      command: 'create_server',
      resources,
      async work(latency) {
        await makeServerDisk(cloud, server, type)
        await latency()
        server.status = order.start_after_create ? 'starting' : 'off'
      },
      onFailure: () => {
        server.status = 'off'
      },
    })
    const attached = attachToNetworks(cloud, server, networks, created)
    const started = order.start_after_create
      ? [
          engine.start({
            project,
            command: 'start_server',
            resources,
            after: attached.at(-1) ?? created,
            async work(latency) {
              await latency()
              await power.on(server)
              server.status = 'running'
            },
            onFailure: () => {
              server.status = 'off'
            },
          }),
        ]
      : []
    const now = options.clock.now()
    return context.json(
      {
        server: formatServer(server, cloud),
        action: formatAction(created.action, now),
        next_actions: [...attached, ...started].map(({ action }) => formatAction(action, now)),
        root_password: authorizedKeys.length === 0 ? server.rootPassword : null,
      },
      201,
    )
  })
}
