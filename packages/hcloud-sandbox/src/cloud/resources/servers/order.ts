/** Decides whether a server can be had as ordered, and what it will be. */

import type { CloudContext } from '../../context.ts'
import { ApiFault, invalidField, invalidInput, limitExceeded } from '../../errors.ts'
import { requireUniqueName } from '../../resource.ts'
import { ADDRESS_TYPES } from '../addresses.ts'
import { type Firewall, firewalls } from '../firewalls.ts'
import { snapshots } from '../images.ts'
import { findLocation } from '../locations.ts'
import { type Network, networks } from '../networks/network.ts'
import { findFreeAddress } from '../networks/ranges.ts'
import { findGroup, requireRoomIn } from '../placement-groups.ts'
import { findOrdered, type PrimaryIp, requirePrimaryIps } from '../primary-ips.ts'
import { type CatalogueServerType, findServerType, isAvailable, isRetired } from '../server-types.ts'
import { SYSTEM_IMAGES } from '../system-images.ts'
import { findVolumes, type Volume } from '../volumes.ts'
import type { ServerOrder } from './order-schema.ts'
import { servers } from './server.ts'

/** What decides the content of the disk. */
export interface ChosenImage {
  readonly id: number
  readonly osFlavor: string
  readonly osVersion: string | null
}

/** What was ordered, looked up. */
export interface ServerDecision {
  readonly type: CatalogueServerType
  readonly location: string
  readonly image: ChosenImage
  readonly networks: readonly Network[]
  readonly firewalls: readonly Firewall[]
  readonly volumes: readonly Volume[]
  /** The project's own that it gets, in the place of new ones. */
  readonly primaryIps: readonly PrimaryIp[]
}

/** @throws ApiFault 422, 409, 403 or 412, in this order: what is wrong, what is there already, limits, stock */
export function decideServer(cloud: CloudContext, project: string, order: ServerOrder): ServerDecision {
  const type = chooseType(order, cloud.options.clock.now())
  const location = chooseLocation(cloud, order, type)
  const image = chooseImage(cloud, project, order.image, type)
  const attached = chooseNetworks(cloud, project, order, location)
  const applied = chooseFirewalls(cloud, project, order)
  if (order.placement_group) requireRoomIn(findGroup(cloud, project, order.placement_group, 422), cloud)
  const volumes = findVolumes(cloud, project, order.volumes ?? [], location)
  const primaryIps = choosePrimaryIps(cloud, project, order, location)
  requireUniqueName(servers, cloud, project, order.name)
  requireRoom(cloud, project, order, primaryIps.length)
  if (!isAvailable(type, location, cloud.options)) {
    throw new ApiFault(412, 'resource_unavailable', `server type ${type.name} is currently unavailable at ${location}`)
  }
  return { type, location, image, networks: attached, firewalls: applied, volumes, primaryIps }
}

function chooseType(order: ServerOrder, now: number): CatalogueServerType {
  const type = findServerType(order.server_type)
  if (type === undefined) throw invalidInput(`server type '${order.server_type}' not found`)
  if (type.locations.every(({ retirement }) => isRetired(retirement, now))) {
    throw invalidInput(`server type '${type.name}' is deprecated`)
  }
  return type
}

/** Without a location in the order: the first that has the type. */
function chooseLocation({ options }: CloudContext, order: ServerOrder, type: CatalogueServerType): string {
  const now = options.clock.now()
  const offered = type.locations.filter(({ retirement }) => !isRetired(retirement, now)).map(({ name }) => name)
  if (order.location === undefined || order.location === null) {
    const inStock = offered.find((name) => isAvailable(type, name, options))
    return inStock ?? offered[0] ?? ''
  }
  const location = findLocation(order.location)
  if (location === undefined) throw invalidInput(`location '${order.location}' not found`)
  if (!offered.includes(location.name)) throw invalidInput('unsupported location for server type')
  return location.name
}

/** @throws ApiFault 422 */
export function chooseImage(
  { store }: CloudContext,
  project: string,
  wanted: string | number,
  type: CatalogueServerType,
): ChosenImage {
  const snapshot = snapshots.find(store, project, wanted)
  if (snapshot !== undefined && snapshot.status !== 'available')
    throw invalidInput(`image '${wanted}' is not available yet`)
  const system = SYSTEM_IMAGES.filter((image) => image.name === wanted || String(image.id) === String(wanted))
  const candidates = snapshot === undefined ? system : [snapshot]
  if (candidates.length === 0) throw invalidInput(`image '${wanted}' not found`)
  const image = candidates.find(({ architecture }) => architecture === type.architecture)
  if (image === undefined) throw invalidInput('architecture of the image does not match the server type')
  if (image.diskSize > type.disk) throw invalidInput("image disk is bigger than the server type's disk")
  return image
}

function chooseNetworks({ store }: CloudContext, project: string, order: ServerOrder, location: string): Network[] {
  const zone = findLocation(location)?.network_zone ?? ''
  return [...new Set(order.networks ?? [])].map((wanted) => {
    const network = networks.find(store, project, wanted)
    if (network === undefined) throw invalidField('networks', `network with ID '${wanted}' not found`)
    // Assumed: refused at once, as attaching it later is.
    if (findFreeAddress(network, zone, servers.rows(store)) === undefined) {
      throw invalidField('networks', `network '${network.name}' has no free address in ${zone}`)
    }
    return network
  })
}

/** Firewalls work on public network interfaces. */
function chooseFirewalls({ store }: CloudContext, project: string, order: ServerOrder): Firewall[] {
  const { enable_ipv4, enable_ipv6 } = order.public_net
  return [...new Set((order.firewalls ?? []).map(({ firewall }) => firewall))].map((wanted) => {
    const firewall = firewalls.find(store, project, wanted)
    if (firewall === undefined) throw invalidField('firewalls', `firewall with ID '${wanted}' not found`)
    if (!enable_ipv4 && !enable_ipv6) {
      throw invalidField('firewalls', 'the server has no public network interface')
    }
    return firewall
  })
}

function choosePrimaryIps(cloud: CloudContext, project: string, order: ServerOrder, location: string): PrimaryIp[] {
  return ADDRESS_TYPES.flatMap((type) => {
    const wanted = order.public_net[type]
    if (!order.public_net[`enable_${type}`] || !wanted) return []
    return [findOrdered(cloud, project, type, wanted, location)]
  })
}

/** @param named how many of its primary IPs the project has already */
function requireRoom(cloud: CloudContext, project: string, order: ServerOrder, named: number): void {
  const most = cloud.options.limits?.servers ?? Number.POSITIVE_INFINITY
  if (servers.of(cloud.store, project).length >= most) throw limitExceeded('server')
  const { enable_ipv4, enable_ipv6 } = order.public_net
  requirePrimaryIps(cloud, project, Number(enable_ipv4) + Number(enable_ipv6) - named)
}
