/** Where the subnets of a network lie, and which address a server gets. */

import { invalidField } from '../../errors.ts'
import {
  contains,
  formatAddress,
  formatRange,
  type IpRange,
  overlap,
  parseRange,
  sizeOf,
  toNumber,
} from '../../ip-range.ts'
import type { Server } from '../servers/server.ts'
import type { Network } from './network.ts'

interface SubnetOrder {
  readonly type: Network['subnets'][number]['type']
  readonly ip_range?: string | undefined
  readonly network_zone: string
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
export function requireNetworkRange(text: string): void {
  const range = parseRange(text)
  if (range === undefined) throw invalidField('ip_range', 'is not a valid IP range')
  if (!ALLOWED.some((one) => contains(one, range))) throw invalidField('ip_range', 'must be a private range (RFC1918)')
  if (sizeOf(range) < SMALLEST_NETWORK) throw invalidField('ip_range', 'must be at least a /24')
}

/**
 * Where a new subnet lies: where it is asked for, else the first free /24.
 * @throws ApiFault 422
 */
export function placeSubnet(
  network: Pick<Network, 'ipRange' | 'subnets'>,
  order: SubnetOrder,
): Network['subnets'][number] {
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
export function gatewayOf({ ipRange }: Network): string {
  return formatAddress(rangeOf(ipRange).first + 1)
}

/** What a server asks for in a network: an address, or one in this subnet. */
export interface AddressOrder {
  readonly ip?: string | undefined
  readonly ipRange?: string | undefined
  /** Others that it has beside it. */
  readonly aliasIps?: readonly string[] | undefined
}

/**
 * The address that a server of this zone gets in a network: the one that it asks for, else the first that is free; undefined
 * when it cannot be had.
 */
export function findFreeAddress(
  network: Network,
  zone: string,
  servers: readonly Server[],
  { ip, ipRange, aliasIps = [] }: AddressOrder = {},
): string | undefined {
  const reserved = [gatewayOf(network), ...network.routes.map(({ gateway }) => gateway)]
  const taken = new Set([...reserved, ...aliasIps, ...addressesIn(network, servers)].map(toNumber))
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

/** Whether a server may have an address beside its own: it is in the network, and no other server has it. */
export function isFreeAlias(network: Network, servers: readonly Server[], ip: string): boolean {
  const { first, last } = rangeOf(network.ipRange)
  const number = toNumber(ip)
  const taken = [gatewayOf(network), ...addressesIn(network, servers)]
  return first < number && number < last && !taken.includes(ip)
}

/** Whether two networks have addresses in common. */
export const overlapsWith = (one: Network, other: Network): boolean =>
  overlap(rangeOf(one.ipRange), rangeOf(other.ipRange))

/** What servers have there. */
export const addressesIn = ({ id }: Network, servers: readonly Server[]): string[] =>
  servers.flatMap(({ networks }) =>
    networks.filter(({ network }) => network === id).flatMap(({ ip, aliasIps }) => [ip, ...aliasIps]),
  )

/** The range of a text that was checked before. */
export function rangeOf(text: string): IpRange {
  const range = parseRange(text)
  if (range === undefined) throw new TypeError(`${text} is not a range`)
  return range
}
