/**
 * Primary IPs: those that servers got when they were made. They come and go with their servers and cannot be changed,
 * so nothing is remembered about them: all follows from the server.
 */

import type { StoredServer } from './entities.ts'
import { toNumber } from './ip-range.ts'

/** Far from the IDs of other kinds. Every server has two numbers of its own, used or not. */
const FIRST_ID = 90_000_000

export interface PrimaryIp {
  readonly id: number
  readonly type: 'ipv4' | 'ipv6'
  /** An IPv4 address, or an IPv6 network whose first address is the server's. */
  readonly ip: string
  readonly name: string
  readonly dnsPtr: readonly { readonly ip: string; readonly dns_ptr: string }[]
  readonly server: StoredServer
}

/** The primary IPs that a server has, none to two. */
export function primaryIpsOf(server: StoredServer): PrimaryIp[] {
  return [...(server.enableIpv4 ? [ipv4Of(server)] : []), ...(server.enableIpv6 ? [ipv6Of(server)] : [])]
}

function ipv4Of(server: StoredServer): PrimaryIp {
  const reversed = server.address.split('.').reverse().join('.')
  const dnsPtr = [{ ip: server.address, dns_ptr: `static.${reversed}.clients.example.com` }]
  return describe(server, 'ipv4', FIRST_ID + 2 * server.number - 1, server.address, dnsPtr)
}

/**
 * The network whose first address is the server's IPv4 address, mapped into IPv6 (RFC 4291, 2.5.5.2): there the machine
 * can be reached, while of IPv6's own addresses the loopback network has but one. A real network is a /64.
 */
function ipv6Of(server: StoredServer): PrimaryIp {
  const number = toNumber(server.address) - 1
  const [high, low] = [Math.floor(number / 65_536), number % 65_536].map((half) => half.toString(16))
  const network = `::ffff:${high}:${low}/120`
  return describe(server, 'ipv6', FIRST_ID + 2 * server.number, network, [])
}

function describe(
  server: StoredServer,
  type: PrimaryIp['type'],
  id: number,
  ip: string,
  dnsPtr: PrimaryIp['dnsPtr'],
): PrimaryIp {
  return { id, type, ip, name: `primary_ip-${id}`, dnsPtr, server }
}
