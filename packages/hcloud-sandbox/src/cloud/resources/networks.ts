/** `/networks`: private networks, where their subnets lie, and which address a server gets. */

import * as v from 'valibot'
import { atEnd, type StartedAction } from '../action-engine.ts'
import type { CloudContext } from '../context.ts'
import { invalidField } from '../errors.ts'
import {
  contains,
  formatAddress,
  formatRange,
  type IpRange,
  isCidr,
  overlap,
  parseRange,
  sizeOf,
  toNumber,
} from '../ip-range.ts'
import { LabelsInput } from '../labels.ts'
import { defineNamedResource, requireUniqueName } from '../resource.ts'
import { defineTable, NAMED } from '../table.ts'
import { formatTime } from '../time.ts'
import { LOCATIONS } from './locations.ts'
import { type Server, servers } from './servers/server.ts'

const Network = v.object({
  ...NAMED,
  /** CIDR notation, as are the others. */
  ipRange: v.string(),
  subnets: v.array(v.object({ ipRange: v.string(), networkZone: v.string() })),
  routes: v.array(v.object({ destination: v.string(), gateway: v.string() })),
})
export type Network = v.InferOutput<typeof Network>

export const networks = defineTable('network', { firstId: 4_000_000, schema: Network })

const ZONES = [...new Set(LOCATIONS.map(({ network_zone }) => network_zone))]
const Name = v.pipe(v.string('Not a valid string.'), v.trim(), v.nonEmpty('must not be empty'), v.maxLength(64))
const SubnetInput = v.object({
  type: v.picklist(['cloud', 'server'], 'must be cloud or server: the sandbox has no vswitch'),
  ip_range: v.optional(v.string('Not a valid string.')),
  network_zone: v.picklist(ZONES, 'is not a network zone'),
})
type SubnetOrder = v.InferOutput<typeof SubnetInput>
const RouteInput = v.object({
  destination: v.pipe(v.string('Not a valid string.'), v.check(isCidr, 'is not a valid IP range')),
  gateway: v.pipe(v.string('Not a valid string.'), v.ipv4('is not a valid IP')),
})
const CreateInput = v.object({
  name: Name,
  ip_range: v.string('Not a valid string.'),
  subnets: v.optional(v.array(SubnetInput), []),
  routes: v.optional(v.array(RouteInput), []),
  labels: v.optional(LabelsInput, {}),
})

const NETWORKS = 'no vSwitches; machines answer only in ranges of 127.0.0.0/8'

export const networkResource = defineNamedResource(networks, Name, {
  path: 'networks',
  key: 'network',
  latencies: { attach_to_network: 2_000, add_subnet: 300, add_route: 300 },
  partial: {
    'POST /networks': NETWORKS,
    'POST /networks/{id}/actions/add_subnet': NETWORKS,
    'POST /networks/{id}/actions/add_route': 'kept and shown, but nothing is routed',
  },
  show(network, { store }) {
    const gateway = gatewayOf(network)
    const attached = servers.rows(store).filter((server) => server.networks.some((one) => one.network === network.id))
    return {
      id: network.id,
      name: network.name,
      ip_range: network.ipRange,
      subnets: network.subnets.map(({ ipRange, networkZone }) => ({
        type: 'cloud',
        ip_range: ipRange,
        network_zone: networkZone,
        gateway,
        vswitch_id: null,
      })),
      routes: network.routes,
      servers: attached.map(({ id }) => id),
      load_balancers: [],
      protection: { delete: false },
      labels: network.labels,
      created: formatTime(network.created),
      expose_routes_to_vswitch: false,
    }
  },
  async create({ cloud, project, body }) {
    const { name, ip_range: ipRange, routes, labels, subnets: wanted } = await body(CreateInput)
    requireNetworkRange(ipRange)
    requireUniqueName(networks, cloud, project, name)
    const subnets: Network['subnets'] = []
    for (const order of wanted) subnets.push(placeSubnet({ ipRange, subnets }, order))
    const id = networks.nextId(cloud.store)
    const made = { id, project, name, ipRange, subnets, routes, labels, created: cloud.options.clock.now() }
    networks.add(cloud.store, made)
    return { made }
  },
  remove(network, { cloud: { store } }) {
    // Servers in it are detached.
    for (const server of servers.rows(store)) {
      server.networks = server.networks.filter((one) => one.network !== network.id)
    }
    networks.remove(store, network)
    return undefined
  },
  actions: {
    async add_subnet(network, { cloud, body }) {
      const subnet = placeSubnet(network, await body(SubnetInput))
      return { action: act(cloud, network, 'add_subnet', () => network.subnets.push(subnet)).shown }
    },
    async add_route(network, { cloud, body }) {
      const route = await body(RouteInput)
      return { action: act(cloud, network, 'add_route', () => network.routes.push(route)).shown }
    },
  },
})

/** Starts an action on a network; the change is made when it ends. */
function act({ engine }: CloudContext, network: Network, command: string, change: () => void): StartedAction {
  const resources = [networks.ref(network)]
  return engine.start({ project: network.project, command, resources, work: atEnd(change) })
}

/**
 * The private ranges of RFC 1918, as in the real cloud; and the loopback network, where the machines of a sandbox can
 * be reached.
 */
const ALLOWED = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '127.0.0.0/8'].map(rangeOf)
const SMALLEST_NETWORK = 256
const SMALLEST_SUBNET = 4
/** What a subnet gets whose range is not told. */
const USUAL_SUBNET = 256

/** @throws ApiFault 422 unless it is a private range, large enough */
function requireNetworkRange(text: string): void {
  const range = parseRange(text)
  if (range === undefined) throw invalidField('ip_range', 'is not a valid IP range')
  if (!ALLOWED.some((one) => contains(one, range))) throw invalidField('ip_range', 'must be a private range (RFC1918)')
  if (sizeOf(range) < SMALLEST_NETWORK) throw invalidField('ip_range', 'must be at least a /24')
}

/**
 * Where a new subnet lies: where it is asked for, else the first free /24.
 * @throws ApiFault 422
 */
function placeSubnet(network: Pick<Network, 'ipRange' | 'subnets'>, order: SubnetOrder): Network['subnets'][number] {
  const range = order.ip_range === undefined ? findRoom(network) : parseRange(order.ip_range)
  const taken = network.subnets.map(({ ipRange }) => rangeOf(ipRange))
  if (range === undefined) throw invalidField('ip_range', 'is not a valid IP range, or there is no room for it')
  if (!contains(rangeOf(network.ipRange), range)) throw invalidField('ip_range', 'is not part of the network')
  if (sizeOf(range) < SMALLEST_SUBNET) throw invalidField('ip_range', 'must be at least a /30')
  if (taken.some((one) => overlap(one, range))) throw invalidField('ip_range', 'overlaps with another subnet')
  return { ipRange: formatRange(range), networkZone: order.network_zone }
}

function findRoom({ ipRange, subnets }: Pick<Network, 'ipRange' | 'subnets'>): IpRange | undefined {
  const { first, last } = rangeOf(ipRange)
  const taken = subnets.map((subnet) => rangeOf(subnet.ipRange))
  for (let start = first; start <= last; start += USUAL_SUBNET) {
    const range = { first: start, last: start + USUAL_SUBNET - 1 }
    if (!taken.some((one) => overlap(one, range))) return range
  }
  return undefined
}

/** The gateway of all subnets: the network's first address. */
function gatewayOf({ ipRange }: Network): string {
  return formatAddress(rangeOf(ipRange).first + 1)
}

/** The first free address for a server in this zone; undefined when no subnet there has one. */
export function findFreeAddress(network: Network, zone: string, servers: readonly Server[]): string | undefined {
  const reserved = [gatewayOf(network), ...network.routes.map(({ gateway }) => gateway)]
  const taken = new Set([...reserved, ...addressesIn(network, servers)].map(toNumber))
  for (const { ipRange, networkZone } of network.subnets) {
    if (networkZone !== zone) continue
    const { first, last } = rangeOf(ipRange)
    for (let number = first + 1; number < last; number++) if (!taken.has(number)) return formatAddress(number)
  }
  return undefined
}

const addressesIn = ({ id }: Network, servers: readonly Server[]): string[] =>
  servers.flatMap(({ networks }) => networks.filter(({ network }) => network === id).map(({ ip }) => ip))

/** The range of a text that was checked before. */
function rangeOf(text: string): IpRange {
  const range = parseRange(text)
  if (range === undefined) throw new TypeError(`${text} is not a range`)
  return range
}
