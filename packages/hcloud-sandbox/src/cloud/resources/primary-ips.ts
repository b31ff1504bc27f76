/**
 * `/primary_ips`: those that servers got when they were made. They come and go with their servers and cannot be changed, so
 * they are not kept: all follows from the server.
 */

import { toNumber } from '../ip-range.ts'
import { defineResource } from '../resource.ts'
import { formatTime } from '../time.ts'
import { findLocation } from './locations.ts'
import { FIRST_SERVER_ID, type Server, servers } from './servers/server.ts'

/** Every server has two IDs of this range, used or not. */
const FIRST_ID = 90_000_000

interface PrimaryIp {
  readonly id: number
  readonly type: 'ipv4' | 'ipv6'
  /** An IPv4 address, or an IPv6 network whose first address is the server's. */
  readonly ip: string
  readonly name: string
  readonly dnsPtr: readonly { readonly ip: string; readonly dns_ptr: string }[]
  readonly server: Server
}

const PARTIAL = 'those that servers got when they were made'

export const primaryIpResource = defineResource<PrimaryIp>({
  path: 'primary_ips',
  key: 'primary_ip',
  title: 'primary IP',
  partial: { 'GET /primary_ips': PARTIAL, 'GET /primary_ips/{id}': PARTIAL },
  all: ({ store }, project) => servers.of(store, project).flatMap(primaryIpsOf),
  labels: () => ({}),
  filters: { name: ({ name }) => name, ip: ({ ip }) => ip },
  sort: { id: ({ id }) => id, created: ({ server }) => server.created },
  show: ({ id, type, ip, name, dnsPtr, server }) => ({
    id,
    type,
    ip,
    name,
    labels: {},
    created: formatTime(server.created),
    blocked: false,
    location: findLocation(server.location) ?? null,
    dns_ptr: dnsPtr,
    protection: { delete: false },
    auto_delete: true,
    assignee_type: 'server',
    assignee_id: server.id,
  }),
})

/** What a server shows of its primary IPs. */
export function showPublicNet(server: Server) {
  const ips = primaryIpsOf(server)
  const ipv4 = ips.find(({ type }) => type === 'ipv4')
  const ipv6 = ips.find(({ type }) => type === 'ipv6')
  return {
    ipv4:
      ipv4 === undefined ? null : { id: ipv4.id, ip: ipv4.ip, blocked: false, dns_ptr: ipv4.dnsPtr[0]?.dns_ptr ?? '' },
    ipv6: ipv6 === undefined ? null : { id: ipv6.id, ip: ipv6.ip, blocked: false, dns_ptr: ipv6.dnsPtr },
    floating_ips: [],
  }
}

/**
 * The primary IPs that a server has, none to two. The IPv6 network is the one whose first address is the server's IPv4
 * address, mapped into IPv6 (RFC 4291, 2.5.5.2): there the machine can be reached, while of IPv6's own addresses the
 * loopback network has but one. A real network is a /64.
 */
function primaryIpsOf(server: Server): PrimaryIp[] {
  const { id, address } = server
  const second = FIRST_ID + 2 * (id - FIRST_SERVER_ID)
  const reversed = address.split('.').reverse().join('.')
  const dnsPtr = [{ ip: address, dns_ptr: `static.${reversed}.clients.example.com` }]
  const number = toNumber(address) - 1
  const [high, low] = [Math.floor(number / 65_536), number % 65_536].map((half) => half.toString(16))
  const network = `::ffff:${high}:${low}/120`
  return [
    ...(server.enableIpv4 ? [describe(server, 'ipv4', second - 1, address, dnsPtr)] : []),
    ...(server.enableIpv6 ? [describe(server, 'ipv6', second, network, [])] : []),
  ]
}

function describe(
  server: Server,
  type: PrimaryIp['type'],
  id: number,
  ip: string,
  dnsPtr: PrimaryIp['dnsPtr'],
): PrimaryIp {
  return { id, type, ip, name: `primary_ip-${id}`, dnsPtr, server }
}
