/** The address of a build server that SSH connects to. */

import { isIP } from 'node:net'
import { TalosImageError } from '../../errors.ts'
import type { Server } from '../../hetzner/wire.ts'
import type { ServerSettings } from '../../plan/server-settings.ts'

/**
 * The address that the settings ask for.
 * @throws TalosImageError `api` when the server has no such address, or what the API gives is none
 */
export function addressOf(
  server: Server,
  { sshOver, networkIds }: Pick<ServerSettings, 'sshOver' | 'networkIds'>,
): string {
  const address = findAddress(server, { sshOver, networkIds })
  const what = { ipv4: 'public IPv4 address', ipv6: 'public IPv6 network', private: 'address in its network' }[sshOver]
  if (address === undefined || address === '') {
    throw new TalosImageError({ code: 'api', message: `the server ${server.name} has no ${what}` })
  }
  // A name could lead anywhere, and what connects should be given nothing else.
  if (isIP(address) !== 0) return address
  const message = `the ${what} of the server ${server.name} is ${JSON.stringify(address)}, which is no address`
  throw new TalosImageError({ code: 'api', message })
}

function findAddress(
  { public_net, private_net }: Server,
  { sshOver, networkIds: [first] }: Pick<ServerSettings, 'sshOver' | 'networkIds'>,
): string | undefined {
  switch (sshOver) {
    case 'ipv4':
      return public_net.ipv4?.ip
    case 'ipv6':
      return public_net.ipv6 === null ? undefined : firstAddressOf(public_net.ipv6.ip)
    case 'private':
      return private_net.find(({ network }) => network === first)?.ip
  }
}

/**
 * A server has the first address of its IPv6 network: `2001:db8::1` of `2001:db8::/64`.
 * @param network in CIDR notation, with hexadecimal digits alone
 */
export function firstAddressOf(network: string): string {
  const address = network.replace(/\/\d+$/, '')
  return address.replace(/[0-9a-f]*$/i, (last) => (Number.parseInt(last || '0', 16) + 1).toString(16))
}
