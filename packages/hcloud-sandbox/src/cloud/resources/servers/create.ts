/** `POST /servers` */

import { atEnd } from '../../action-engine.ts'
import type { Call } from '../../resource.ts'
import { giveAddresses } from '../primary-ips.ts'
import { resolveSshKeys } from '../ssh-keys.ts'
import { toAttachment } from '../volumes.ts'
import { makeDisk } from './disk.ts'
import { attachToNetworks } from './networks.ts'
import { decideServer } from './order.ts'
import { ServerOrder } from './order-schema.ts'
import { boot } from './power.ts'
import { createPassword, FIRST_SERVER_ID, type Server, servers } from './server.ts'

export async function createServer({ cloud, project, body }: Call) {
  const { options, store, engine } = cloud
  const order = await body(ServerOrder)
  const authorizedKeys = resolveSshKeys(store, project, order.ssh_keys)
  const decision = decideServer(cloud, project, order)
  const { type, location, image } = decision
  const id = servers.nextId(store)
  const server: Server = {
    id,
    project,
    name: order.name,
    status: 'initializing',
    created: options.clock.now(),
    serverType: type.name,
    location,
    image: image.id,
    osFlavor: image.osFlavor,
    osVersion: image.osVersion,
    address: options.allocateAddress(id - FIRST_SERVER_ID),
    enableIpv4: order.public_net.enable_ipv4,
    enableIpv6: order.public_net.enable_ipv6,
    networks: [],
    backups: false,
    placementGroup: order.placement_group ?? null,
    labels: order.labels,
    protection: { delete: false, rebuild: false },
    authorizedKeys,
    rootPassword: createPassword(),
    rescue: null,
  }
  servers.add(store, server)
  giveAddresses(cloud, server, decision.primaryIps)
  for (const firewall of decision.firewalls) firewall.appliedTo.push({ type: 'server', id })
  const resources = [servers.ref(server)]
  const onFailure = () => {
    server.status = 'off'
  }
  const created = engine.start({
    project,
    command: 'create_server',
    resources,
    async work(latency) {
      await makeDisk(cloud, server)
      await latency()
      server.status = order.start_after_create ? 'starting' : 'off'
    },
    onFailure,
  })
  const next = attachToNetworks(cloud, server, decision.networks, created)
  for (const volume of decision.volumes) next.push(engine.start({ ...toAttachment(volume, server), after: created }))
  if (order.start_after_create) {
    const work = atEnd(() => boot(cloud, server))
    const after = next.at(-1) ?? created
    next.push(engine.start({ project, command: 'start_server', resources, after, work, onFailure }))
  }
  return {
    made: server,
    more: {
      action: created.shown,
      next_actions: next.map(({ shown }) => shown),
      root_password: authorizedKeys.length === 0 ? server.rootPassword : null,
    },
  }
}
