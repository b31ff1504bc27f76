/** Putting servers into private networks, and taking them out again. */

import * as v from 'valibot'
import { atEnd, type StartedAction } from '../../action-engine.ts'
import type { CloudContext } from '../../context.ts'
import { ApiFault } from '../../errors.ts'
import type { ResourceOptions } from '../../resource.ts'
import { Id } from '../../table.ts'
import { findLocation } from '../locations.ts'
import { type Network, networks } from '../networks/network.ts'
import { type AddressOrder, findFreeAddress, isFreeAlias, overlapsWith } from '../networks/ranges.ts'
import { type Server, servers, startServerAction } from './server.ts'

const Ip = v.pipe(v.string('Not a valid string.'), v.ipv4('is not a valid IP'))
const AliasIps = v.array(Ip)
const AttachInput = v.object({
  network: Id,
  ip: v.optional(v.nullable(Ip)),
  alias_ips: v.optional(v.nullable(AliasIps)),
  ip_range: v.optional(v.nullable(v.string('Not a valid string.'))),
})

export const networkActions: ResourceOptions<Server>['actions'] = {
  async attach_to_network(server, { cloud, body }) {
    const { network: wanted, ip, ip_range, alias_ips } = await body(AttachInput)
    const network = requireNetwork(cloud, server, wanted)
    const { store } = cloud
    if (server.networks.some((one) => one.network === network.id)) {
      throw new ApiFault(422, 'server_already_attached', 'server is already attached to network')
    }
    const others = server.networks.flatMap((one) => networks.find(store, server.project, one.network) ?? [])
    if (others.some((other) => overlapsWith(other, network))) {
      throw new ApiFault(422, 'networks_overlap', 'the network overlaps with another one of the server')
    }
    const order = { ip: ip ?? undefined, ipRange: ip_range ?? undefined, aliasIps: alias_ips ?? undefined }
    const action = startServerAction(cloud, server, {
      command: 'attach_to_network',
      alsoAbout: [networks.ref(network)],
      work: atEnd(createAttachment(cloud, server, network, order)),
    })
    return { action }
  },
  async detach_from_network(server, { cloud, body }) {
    const network = requireNetwork(cloud, server, (await body(v.object({ network: Id }))).network)
    requireAttached(server, network)
    const work = atEnd(() => {
      server.networks = server.networks.filter((one) => one.network !== network.id)
    })
    const alsoAbout = [networks.ref(network)]
    return { action: startServerAction(cloud, server, { command: 'detach_from_network', alsoAbout, work }) }
  },
  async change_alias_ips(server, { cloud, body }) {
    const input = await body(v.object({ network: Id, alias_ips: AliasIps }))
    const network = requireNetwork(cloud, server, input.network)
    const attached = requireAttached(server, network)
    const work = atEnd(() => {
      attached.aliasIps = input.alias_ips
    })
    const alsoAbout = [networks.ref(network)]
    return { action: startServerAction(cloud, server, { command: 'change_alias_ips', alsoAbout, work }) }
  },
}

/** Starts an action for each network, one after the other; the server has its address there when the action has ended. */
export function attachToNetworks(
  cloud: CloudContext,
  server: Server,
  wanted: readonly Network[],
  created: StartedAction,
): StartedAction[] {
  let after = created
  return wanted.map((network) => {
    after = cloud.engine.start({
      project: server.project,
      command: 'attach_to_network',
      resources: [servers.ref(server), networks.ref(network)],
      after,
      work: atEnd(createAttachment(cloud, server, network)),
    })
    return after
  })
}

/**
 * Attaches the server when it is called. Looked up twice: other servers may have taken the address since it was ordered.
 * @throws ApiFault 422 when there is no address for it, now or then
 */
function createAttachment({ store }: CloudContext, server: Server, network: Network, order: AddressOrder = {}) {
  const zone = findLocation(server.location)?.network_zone ?? ''
  const { aliasIps = [] } = order
  const choose = (): string => {
    const alias = aliasIps.find((one) => !isFreeAlias(network, servers.rows(store), one))
    const ip = findFreeAddress(network, zone, servers.rows(store), order)
    if (alias === undefined && ip !== undefined) return ip
    const refused = alias ?? order.ip
    if (refused !== undefined) throw new ApiFault(422, 'ip_not_available', `IP '${refused}' is not available`)
    throw new ApiFault(422, 'no_subnet_available', `network '${network.name}' has no free address in ${zone}`)
  }
  choose()
  return () => server.networks.push({ network: network.id, ip: choose(), aliasIps: [...aliasIps] })
}

function requireNetwork({ store }: CloudContext, { project }: Server, id: number): Network {
  const network = networks.find(store, project, id)
  if (network === undefined) throw new ApiFault(404, 'not_found', `network with ID '${id}' not found`)
  return network
}

function requireAttached(server: Server, { id }: Network): Server['networks'][number] {
  const attached = server.networks.find(({ network }) => network === id)
  if (attached === undefined) throw new ApiFault(404, 'not_found', 'server is not attached to network')
  return attached
}
