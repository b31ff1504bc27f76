/** Private networks: where subnets lie, and which address a server gets. */

import type { StoredNetwork, StoredServer } from './entities.ts'
import type { CloudContext } from './environment.ts'
import { invalidField, notFound } from './errors.ts'
import {
  contains,
  formatAddress,
  formatRange,
  type IpRange,
  overlap,
  parseRange,
  sizeOf,
  toNumber,
} from './ip-range.ts'

/**
 * The private ranges of RFC 1918, as in the real cloud; and the loopback network, where the machines of a sandbox can
 * be reached.
 */
const ALLOWED = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '127.0.0.0/8'].map(rangeOf)
const SMALLEST_NETWORK = 256
const SMALLEST_SUBNET = 4
/** What a subnet gets whose range is not told. */
const USUAL_SUBNET = 256

/** A subnet as a client asks for it. */
export interface SubnetOrder {
  readonly ip_range?: string | undefined
  readonly network_zone: string
}

export type StoredSubnet = StoredNetwork['subnets'][number]

/** @throws ApiFault 404 */
export function requireNetwork({ store }: CloudContext, project: string, id: string): StoredNetwork {
  const network = store.state.networks.find((one) => one.project === project && String(one.id) === id)
  if (network === undefined) throw notFound('network', id)
  return network
}

/** @throws ApiFault 422 when it is none, too small, or not a private one */
export function requireNetworkRange(text: string): IpRange {
  const range = parseRange(text)
  if (range === undefined) throw invalidField('ip_range', 'is not a valid IP range')
  if (!ALLOWED.some((one) => contains(one, range))) throw invalidField('ip_range', 'must be a private range (RFC1918)')
  if (sizeOf(range) < SMALLEST_NETWORK) throw invalidField('ip_range', 'must be at least a /24')
  return range
}

/**
 * Where a new subnet lies: where it is asked for, else the first free /24.
 * @throws ApiFault 422
 */
export function placeSubnet(network: Pick<StoredNetwork, 'ipRange' | 'subnets'>, order: SubnetOrder): StoredSubnet {
  const range = order.ip_range === undefined ? findRoom(network) : parseRange(order.ip_range)
  const taken = network.subnets.map(({ ipRange }) => rangeOf(ipRange))
  if (range === undefined) throw invalidField('ip_range', 'is not a valid IP range, or there is no room for it')
  if (!contains(rangeOf(network.ipRange), range)) throw invalidField('ip_range', 'is not part of the network')
  if (sizeOf(range) < SMALLEST_SUBNET) throw invalidField('ip_range', 'must be at least a /30')
  if (taken.some((one) => overlap(one, range))) throw invalidField('ip_range', 'overlaps with another subnet')
  return { ipRange: formatRange(range), networkZone: order.network_zone }
}

function findRoom({ ipRange, subnets }: Pick<StoredNetwork, 'ipRange' | 'subnets'>): IpRange | undefined {
  const { first, last } = rangeOf(ipRange)
  const taken = subnets.map((subnet) => rangeOf(subnet.ipRange))
  for (let start = first; start <= last; start += USUAL_SUBNET) {
    const range = { first: start, last: start + USUAL_SUBNET - 1 }
    if (!taken.some((one) => overlap(one, range))) return range
  }
  return undefined
}

/** The gateway of all subnets: the network's first address. */
export function gatewayOf({ ipRange }: StoredNetwork): string {
  return formatAddress(rangeOf(ipRange).first + 1)
}

/** The first free address for a server in this zone; undefined when no subnet there has one. */
export function findFreeAddress(
  network: StoredNetwork,
  zone: string,
  servers: readonly StoredServer[],
): string | undefined {
  const reserved = [gatewayOf(network), ...network.routes.map(({ gateway }) => gateway)]
  const taken = new Set([...reserved, ...addressesIn(network, servers)].map(toNumber))
  for (const { ipRange, networkZone } of network.subnets) {
    if (networkZone !== zone) continue
    const { first, last } = rangeOf(ipRange)
    for (let number = first + 1; number < last; number++) if (!taken.has(number)) return formatAddress(number)
  }
  return undefined
}

const addressesIn = ({ id }: StoredNetwork, servers: readonly StoredServer[]): string[] =>
  servers.flatMap(({ networks }) => networks.filter(({ network }) => network === id).map(({ ip }) => ip))

/** The range of a text that was found to be one. */
function rangeOf(text: string): IpRange {
  const range = parseRange(text)
  if (range === undefined) throw new TypeError(`${text} is no range`)
  return range
}
