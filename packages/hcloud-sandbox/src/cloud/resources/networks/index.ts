/** `/networks`: private networks with subnets and routes. */

import * as v from 'valibot'
import { ApiFault, invalidField } from '../../errors.ts'
import { isCidr, toNumber } from '../../ip-range.ts'
import { LabelsInput } from '../../labels.ts'
import { defineNamedResource, requireUniqueName } from '../../resource.ts'
import { protectionAction, requireRemovable, startAction } from '../../row-actions.ts'
import { formatTime } from '../../time.ts'
import { LOCATIONS } from '../locations.ts'
import { servers } from '../servers/server.ts'
import { type Network, networks, SUBNET_TYPES } from './network.ts'
import { addressesIn, gatewayOf, placeSubnet, rangeOf, requireNetworkRange } from './ranges.ts'

const ZONES = [...new Set(LOCATIONS.map(({ network_zone }) => network_zone))]
const Name = v.pipe(v.string('Not a valid string.'), v.trim(), v.nonEmpty('must not be empty'), v.maxLength(64))
const SubnetInput = v.object({
  type: v.picklist(SUBNET_TYPES, 'must be cloud or server: the sandbox has no vswitch'),
  ip_range: v.optional(v.string('Not a valid string.')),
  network_zone: v.picklist(ZONES, 'is not a network zone'),
})
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
  remove(network, { cloud }) {
    requireRemovable(cloud, networks, network)
    // Servers in it are detached.
    for (const server of servers.rows(cloud.store)) {
      server.networks = server.networks.filter((one) => one.network !== network.id)
    }
    networks.remove(cloud.store, network)
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
