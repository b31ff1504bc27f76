/**
 * Primary IPs: those that servers got when they were made. They come and go with their servers and cannot be changed,
 * so nothing is remembered about them: all follows from the server.
 */

import type { StoredServer } from './entities.ts'

/** Far from the IDs of other kinds. Every server has two numbers of its own, used or not. */
const FIRST_ID = 90_000_000

export interface PrimaryIp {
  readonly id: number
  readonly type: 'ipv4' | 'ipv6'
  /** An IPv4 address, or an IPv6 network as `2001:db8::/64`. */
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

/** IPv6 networks come from the range for documentation (RFC 3849): nothing listens there. */
function ipv6Of(server: StoredServer): PrimaryIp {
  const network = `2001:db8:${(server.number >>> 16).toString(16)}:${(server.number & 0xffff).toString(16)}::/64`
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
