/** What is special about a build server, as people read it. */

import { type ServerSettings, SYSTEM_IMAGE } from '../../plan/server-settings.ts'
import { printable } from '../../util/printable.ts'

const WAYS = { ipv4: 'IPv4', ipv6: 'IPv6', private: 'its network' } as const

/** A line, or none for a server as it usually is. */
export function formatServer(server: ServerSettings): string[] {
  const { ipv4, ipv6, networkNames, firewallNames, labels, sshOver, systemImage } = server
  const usual = ipv4 ? 'ipv4' : ipv6 ? 'ipv6' : 'private'
  const parts = [
    ...(ipv4 && ipv6 ? [] : [ipv4 ? 'IPv4 alone' : ipv6 ? 'IPv6 alone' : 'no public address']),
    ...networkNames.map((name) => `network ${printable(name)}`),
    ...firewallNames.map((name) => `firewall ${printable(name)}`),
    ...(sshOver === usual && usual !== 'private' ? [] : [`SSH over ${WAYS[sshOver]}`]),
    ...Object.entries(labels).map(([key, value]) => `label ${key}=${value}`),
    ...(systemImage === SYSTEM_IMAGE ? [] : [`made from ${systemImage}`]),
  ]
  return parts.length === 0 ? [] : [parts.join(', ')]
}
