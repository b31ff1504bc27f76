import { findLocation } from '../catalogue/locations.ts'
import type { StoredServer } from '../entities.ts'
import { type PrimaryIp, primaryIpsOf } from '../primary-ips.ts'
import { formatTime } from '../time.ts'

/** A primary IP as the API shows it. */
export function formatPrimaryIp({ id, type, ip, name, dnsPtr, server }: PrimaryIp) {
  return {
    id,
    type,
    ip,
    name,
    labels: {},
    created: formatTime(server.created),
    blocked: false,
    location: findLocation(server.location) ?? null,
    dns_ptr: [...dnsPtr],
    protection: { delete: false },
    auto_delete: true,
    assignee_type: 'server',
    assignee_id: server.id,
  }
}

/** What a server shows of its primary IPs. */
export function formatPublicNet(server: StoredServer) {
  const ips = primaryIpsOf(server)
  const ipv4 = ips.find(({ type }) => type === 'ipv4')
  const ipv6 = ips.find(({ type }) => type === 'ipv6')
  return {
    ipv4:
      ipv4 === undefined ? null : { id: ipv4.id, ip: ipv4.ip, blocked: false, dns_ptr: ipv4.dnsPtr[0]?.dns_ptr ?? '' },
    ipv6: ipv6 === undefined ? null : { id: ipv6.id, ip: ipv6.ip, blocked: false, dns_ptr: [...ipv6.dnsPtr] },
    floating_ips: [],
  }
}
