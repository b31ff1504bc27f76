/** `/networks`: private networks, where their subnets lie, and which address a server gets. */

import * as v from 'valibot'
import { ApiFault, invalidField } from '../errors.ts'
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
import { PROTECTABLE, protectionAction, requireUnprotected, startAction } from '../row-actions.ts'
import { defineTable, NAMED } from '../table.ts'
import { formatTime } from '../time.ts'
import { LOCATIONS } from './locations.ts'
import { type Server, servers } from './servers/server.ts'

const SUBNET_TYPES = ['cloud', 'server'] as const
const Network = v.object({
  ...NAMED,
  ...PROTECTABLE,
  /** CIDR notation, as are the others. */
  ipRange: v.string(),
  subnets: v.array(
    v.object({
      ipRange: v.string(),
      networkZone: v.string(),
      type: v.optional(v.picklist(SUBNET_TYPES), 'cloud'),
    }),
  ),
  routes: v.array(v.object({ destination: v.string(), gateway: v.string() })),
  exposeRoutes: v.optional(v.boolean(), false),
})
export type Network = v.InferOutput<typeof Network>

export const networks = defineTable('network', { firstId: 4_000_000, schema: Network })

const ZONES = [...new Set(LOCATIONS.map(({ network_zone }) => network_zone))]
const Name = v.pipe(v.string('Not a valid string.'), v.trim(), v.nonEmpty('must not be empty'), v.maxLength(64))
const SubnetInput = v.object({
  type: v.picklist(SUBNET_TYPES, 'must be cloud or server: the sandbox has no vswitch'),
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
  expose_routes_to_vswitch: v.optional(v.boolean('Not a valid boolean.'), false),
})
const UpdateInput = v.object({ expose_routes_to_vswitch: v.optional(v.boolean('Not a valid boolean.')) })

const NETWORKS = 'no vSwitches; machines answer only in ranges of 127.0.0.0/8'

export const networkResource = defineNamedResource(networks, Name, {
  path: 'networks',
  key: 'network',
  latencies: {
    add_subnet: 300,
    delete_subnet: 300,
    add_route: 300,
    delete_route: 300,
    change_ip_range: 300,
  },
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
      subnets: network.subnets.map(({ ipRange, networkZone, type }) => ({
        type,
        ip_range: ipRange,
        network_zone: networkZone,
        gateway,
        vswitch_id: null,
      })),
      routes: network.routes,
      servers: attached.map(({ id }) => id),
      load_balancers: [],
      protection: network.protection,
      labels: network.labels,
      created: formatTime(network.created),
      expose_routes_to_vswitch: network.exposeRoutes,
    }
  },
  async create({ cloud, project, body }) {
    const input = await body(CreateInput)
    const { name, ip_range: ipRange, routes, labels, subnets: wanted, expose_routes_to_vswitch: exposeRoutes } = input
    requireNetworkRange(ipRange)
    requireUniqueName(networks, cloud, project, name)
    const subnets: Network['subnets'] = []
    for (const order of wanted) subnets.push(placeSubnet({ ipRange, subnets }, order))
    const id = networks.nextId(cloud.store)
    const created = cloud.options.clock.now()
    const protection = { delete: false }
    const made = { id, project, name, ipRange, subnets, routes, exposeRoutes, protection, labels, created }
    networks.add(cloud.store, made)
    return { made }
  },
  async updateMore(network, { body }) {
    const { expose_routes_to_vswitch } = await body(UpdateInput)
    network.exposeRoutes = expose_routes_to_vswitch ?? network.exposeRoutes
  },
  remove(network, { cloud: { store } }) {
    requireUnprotected(network, 'network')
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
      return { action: startAction(cloud, networks, network, 'add_subnet', () => network.subnets.push(subnet)) }
    },
    async add_route(network, { cloud, body }) {
      const route = await body(RouteInput)
      return { action: startAction(cloud, networks, network, 'add_route', () => network.routes.push(route)) }
    },
    async delete_subnet(network, { cloud, body }) {
      const { ip_range } = await body(v.object({ ip_range: v.string('Not a valid string.') }))
      const subnet = network.subnets.find(({ ipRange }) => ipRange === ip_range)
      if (subnet === undefined) throw new ApiFault(404, 'not_found', `subnet '${ip_range}' not found`)
      const used = addressesIn(network, servers.rows(cloud.store)).map(toNumber)
      const { first, last } = rangeOf(subnet.ipRange)
      if (used.some((one) => first <= one && one <= last)) {
        throw new ApiFault(422, 'service_error', 'cannot remove subnet because servers are attached to it')
      }
      const change = () => {
        network.subnets = network.subnets.filter((one) => one !== subnet)
      }
      return { action: startAction(cloud, networks, network, 'delete_subnet', change) }
    },
    async delete_route(network, { cloud, body }) {
      const { destination, gateway } = await body(RouteInput)
      const route = network.routes.find((one) => one.destination === destination && one.gateway === gateway)
      if (route === undefined) throw new ApiFault(404, 'not_found', `route to '${destination}' not found`)
      const change = () => {
        network.routes = network.routes.filter((one) => one !== route)
      }
      return { action: startAction(cloud, networks, network, 'delete_route', change) }
    },
    async change_ip_range(network, { cloud, body }) {
      const { ip_range } = await body(v.object({ ip_range: v.string('Not a valid string.') }))
      requireNetworkRange(ip_range)
      const [now, wanted] = [rangeOf(network.ipRange), rangeOf(ip_range)]
      if (wanted.first !== now.first || wanted.last < now.last) {
        throw invalidField('ip_range', 'can only be extended, at its end')
      }
      const change = () => {
        network.ipRange = ip_range
      }
      return { action: startAction(cloud, networks, network, 'change_ip_range', change) }
    },
    change_protection: protectionAction(networks),
  },
})

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
  return { ipRange: formatRange(range), networkZone: order.network_zone, type: order.type }
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

/** What a server asks for in a network: an address, or one in this subnet. */
export interface AddressOrder {
  readonly ip?: string | undefined
  readonly ipRange?: string | undefined
}

/**
 * The address that a server of this zone gets in a network: the one that it asks for, else the first that is free; undefined
 * when it cannot be had.
 */
export function findFreeAddress(
  network: Network,
  zone: string,
  servers: readonly Server[],
  { ip, ipRange }: AddressOrder = {},
): string | undefined {
  const reserved = [gatewayOf(network), ...network.routes.map(({ gateway }) => gateway)]
  const taken = new Set([...reserved, ...addressesIn(network, servers)].map(toNumber))
  const offered = network.subnets.filter((one) => one.networkZone === zone && (ipRange ?? one.ipRange) === one.ipRange)
  for (const subnet of offered) {
    const { first, last } = rangeOf(subnet.ipRange)
    const isFree = (number: number) => first < number && number < last && !taken.has(number)
    if (ip !== undefined) {
      if (isFree(toNumber(ip))) return ip
      continue
    }
    for (let number = first + 1; number < last; number++) if (isFree(number)) return formatAddress(number)
  }
  return undefined
}

/** Whether two networks have addresses in common. */
export const overlapsWith = (one: Network, other: Network): boolean =>
  overlap(rangeOf(one.ipRange), rangeOf(other.ipRange))

const addressesIn = ({ id }: Network, servers: readonly Server[]): string[] =>
  servers.flatMap(({ networks }) =>
    networks.filter(({ network }) => network === id).flatMap(({ ip, aliasIps }) => [ip, ...aliasIps]),
  )

/** The range of a text that was checked before. */
function rangeOf(text: string): IpRange {
  const range = parseRange(text)
  if (range === undefined) throw new TypeError(`${text} is not a range`)
  return range
}
