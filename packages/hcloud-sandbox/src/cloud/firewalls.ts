/** Firewalls: what they apply to, and whether they let SSH in. */

import type { StoredFirewall, StoredServer } from './entities.ts'
import type { CloudContext } from './environment.ts'
import { notFound } from './errors.ts'
import { parseLabelSelector } from './label-selector.ts'

/** @throws ApiFault 404 */
export function requireFirewall({ store }: CloudContext, project: string, id: string): StoredFirewall {
  const firewall = store.state.firewalls.find((one) => one.project === project && String(one.id) === id)
  if (firewall === undefined) throw notFound('firewall', id)
  return firewall
}

/** Whether it applies to a server, named or selected by its labels. Firewalls need a public network interface. */
export function appliesTo({ project, appliedTo }: StoredFirewall, server: StoredServer): boolean {
  if (project !== server.project || !(server.enableIpv4 || server.enableIpv6)) return false
  return appliedTo.some((one) =>
    one.type === 'server' ? one.id === server.id : parseLabelSelector(one.selector)?.(server.labels) === true,
  )
}

/**
 * Whether SSH gets through to a server's public addresses, from anywhere at all: what comes from where cannot be told
 * on the loopback network. Without a firewall everything does.
 * @param ports where SSH listens; a rule for one of them will do
 */
export function letsSshIn(
  firewalls: readonly StoredFirewall[],
  server: StoredServer,
  ports: readonly number[],
): boolean {
  const applied = firewalls.filter((firewall) => appliesTo(firewall, server))
  if (applied.length === 0) return true
  return applied.some(({ rules }) =>
    rules.some(
      ({ direction, protocol, port, sourceIps }) =>
        direction === 'in' &&
        protocol === 'tcp' &&
        ports.some((one) => includesPort(port ?? '', one)) &&
        sourceIps.some((source) => (source.includes(':') ? server.enableIpv6 : server.enableIpv4)),
    ),
  )
}

/** `22`, `20-25` or `any` */
function includesPort(text: string, port: number): boolean {
  if (text === 'any') return true
  const [low = Number.NaN, high = low] = text.split('-').map(Number)
  return low <= port && port <= high
}
