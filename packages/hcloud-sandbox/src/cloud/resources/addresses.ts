/** What primary and floating IPs have in common: addresses that belong to a project, and to a server for a while. */

import { isIP } from 'node:net'
import * as v from 'valibot'
import type { CloudContext } from '../context.ts'
import { invalidField, notFound } from '../errors.ts'
import { toNumber } from '../ip-range.ts'
import type { Call } from '../resource.ts'
import { PROTECTABLE, requireUnlocked, startAction } from '../row-actions.ts'
import { Id, NAMED, type Table } from '../table.ts'
import { findLocation } from './locations.ts'
import { type Server, servers } from './servers/server.ts'

export const ADDRESS_TYPES = ['ipv4', 'ipv6'] as const
export type AddressType = (typeof ADDRESS_TYPES)[number]

export const Address = v.object({
  ...NAMED,
  ...PROTECTABLE,
  type: v.picklist(ADDRESS_TYPES),
  /** On the loopback network. */
  address: v.string(),
  location: v.string(),
  /** Whose it is now. */
  server: v.nullable(Id),
  dnsPtr: v.array(v.object({ ip: v.string(), dns_ptr: v.string() })),
})
export type Address = v.InferOutput<typeof Address>

export const AddressName = v.pipe(v.string('Not a valid string.'), v.nonEmpty('must not be empty'), v.maxLength(255))

/**
 * As the API shows it. An IPv6 network is the one whose first address is the IPv4 address, mapped into IPv6 (RFC 4291,
 * 2.5.5.2): there the machine can be reached, while of IPv6's own addresses the loopback network has but one. A real
 * network is a /64.
 */
export function ipOf({ type, address }: Pick<Address, 'type' | 'address'>): string {
  if (type === 'ipv4') return address
  const number = toNumber(address) - 1
  const [high, low] = [Math.floor(number / 65_536), number % 65_536].map((half) => half.toString(16))
  return `::ffff:${high}:${low}/120`
}

/** The names that an address has by itself: IPv6 networks have none. */
export function ownNames({ type, address }: Pick<Address, 'type' | 'address'>): Address['dnsPtr'] {
  if (type === 'ipv6') return []
  return [{ ip: address, dns_ptr: `static.${address.split('.').reverse().join('.')}.clients.example.com` }]
}

/** What kinds of addresses show alike. */
export const showAddress = (row: Address) => ({
  id: row.id,
  name: row.name,
  type: row.type,
  ip: ipOf(row),
  dns_ptr: row.dnsPtr,
  blocked: false,
  protection: row.protection,
  labels: row.labels,
})

const DnsInput = v.object({
  ip: v.pipe(
    v.string('Not a valid string.'),
    v.check((text) => isIP(text) !== 0, 'is not a valid IP'),
  ),
  dns_ptr: v.nullable(v.string('Not a valid string.')),
})

/** `change_dns_ptr` of an address, or of the server that has the address. @param findRow gives the row that the IP is of */
export const dnsAction =
  <T extends Address, Owner>(table: Table<T>, findRow: (owner: Owner, ip: string, call: Call) => T | undefined) =>
  async (owner: Owner, call: Call) => {
    const { ip, dns_ptr } = await call.body(DnsInput)
    const row = findRow(owner, ip, call)
    if (row === undefined) throw invalidField('ip', `${ip} is none of its addresses`)
    const change = () => {
      const others = row.dnsPtr.filter((one) => one.ip !== ip)
      row.dnsPtr = dns_ptr === null ? ownNames(row) : [...others, { ip, dns_ptr }]
    }
    const server = row.server === null ? [] : [{ type: servers.name, id: row.server }]
    return { action: startAction(call.cloud, table, row, 'change_dns_ptr', change, server) }
  }

/** Whether an IP is one of this address's: of an IPv6 network, any is taken. */
export const covers = ({ type, address }: Address, ip: string): boolean => type === 'ipv6' || address === ip

/** The server that an action is to be about. @throws ApiFault 404; 423 when another one runs on it */
export function findServer(cloud: CloudContext, project: string, id: number): Server {
  const server = servers.find(cloud.store, project, id)
  if (server === undefined) throw notFound('server', id)
  requireUnlocked(cloud, servers.ref(server))
  return server
}

/** Where an address or a volume is made: at its server, else at the location that was named. @throws ApiFault 422 */
export function placeOf(server: Server | undefined, location: string | number | null | undefined): string {
  const found = server?.location ?? findLocation(location ?? '')?.name
  if (found === undefined) throw invalidField('location', `location '${location ?? ''}' not found`)
  return found
}
