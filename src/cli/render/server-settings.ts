/** What is special about a build server, as people read it. */

import { type ServerSettings, SYSTEM_IMAGE } from '../../plan/server-settings.ts'

const WAYS = { ipv4: 'IPv4', ipv6: 'IPv6', private: 'its network' } as const

/** A line, or none for a server as it usually is. */
export function formatServer(server: ServerSettings): string[] {
  const { ipv4, ipv6, networkIds, firewallIds, labels, sshOver, systemImage } = server
  const usual = ipv4 ? 'ipv4' : ipv6 ? 'ipv6' : 'private'
  const parts = [
    ...(ipv4 && ipv6 ? [] : [ipv4 ? 'IPv4 alone' : ipv6 ? 'IPv6 alone' : 'no public address']),
    ...list('network', networkIds),
    ...list('firewall', firewallIds),
    ...(sshOver === usual && usual !== 'private' ? [] : [`SSH over ${WAYS[sshOver]}`]),
    ...Object.entries(labels).map(([key, value]) => `label ${key}=${value}`),
    ...(systemImage === SYSTEM_IMAGE ? [] : [`made from ${systemImage}`]),
  ]
  return parts.length === 0 ? [] : [parts.join(', ')]
}

const list = (what: string, ids: readonly number[]): string[] => ids.map((id) => `${what} ${id}`)
