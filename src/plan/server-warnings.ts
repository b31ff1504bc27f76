/** What may keep a build server from being reached, or from reaching what it needs: told before it is paid for. */

import type { Sourced } from '../config/variables.ts'
import type { Problem } from '../errors.ts'
import type { Firewall, Network } from '../hetzner/wire.ts'
import type { ImageRequest } from './request.ts'
import type { ServerOffers, ServerRequest, ServerSettings } from './server-settings.ts'

/** The ports of real servers, and what is said when they are closed. */
const SSH = { port: 22, closed: 'no rule lets SSH in over' }
const TALOS = { port: 50_000, closed: 'no rule lets the boot test reach Talos over' }

/**
 * Warnings: each of them may be wrong, since other firewalls, routes and proxies are not seen from here.
 * @param isBootTested whether its snapshot is booted on a server that is made in the same way
 */
export function findServerWarnings(
  { server, choice }: ImageRequest,
  settings: ServerSettings,
  { firewalls, networks }: ServerOffers,
  isBootTested: boolean,
): Problem[] {
  const downloads = choice.kind !== 'file' && choice.kind !== 'stdin'
  const found = [
    checkRescueNetwork(server, settings),
    checkFirewalls(server, settings, firewalls, SSH),
    isBootTested ? checkTalosFirewalls(server, settings, firewalls) : undefined,
    downloads
      ? checkWayOut(
          server,
          settings,
          networks.filter(({ id }) => settings.networkIds.includes(id)),
        )
      : undefined,
  ]
  return found.filter((problem) => problem !== undefined)
}

/** Rescue with a private network alone is not documented; others have found servers in it that could not be reached. */
function checkRescueNetwork({ ipv4: asked }: ServerRequest, { ipv4, ipv6 }: ServerSettings): Problem | undefined {
  if (ipv4 || ipv6) return undefined
  return {
    code: 'config',
    message: 'the build server has no public address, and the rescue system may not have the private network',
    at: asked.origin,
    hint: 'when SSH is not reached, let it have a public address (--ip-family ipv6 or any)',
  }
}

function checkFirewalls(
  { firewalls: [first] }: ServerRequest,
  { sshOver, firewallIds }: ServerSettings,
  offered: readonly Firewall[],
  { port, closed }: { readonly port: number; readonly closed: string },
): Problem | undefined {
  const firewalls = offered.filter(({ id }) => firewallIds.includes(id))
  // What comes over a private network is not filtered.
  if (sshOver === 'private' || firewalls.length === 0) return undefined
  if (firewalls.some((firewall) => letsIn(firewall, port, sshOver))) return undefined
  const family = { ipv4: 'IPv4', ipv6: 'IPv6' }[sshOver]
  const names = firewalls.map((one) => `"${one.name}"`).join(' and ')
  return {
    code: 'config',
    message: `${closed} ${family}: ${firewalls.length === 1 ? 'firewall' : 'firewalls'} ${names}`,
    at: first?.origin,
    hint: `add a rule for incoming TCP to port ${port} from your ${family} address, unless another firewall has one`,
  }
}

/** Whether firewalls may keep a boot test from reaching Talos. */
export const checkTalosFirewalls = (
  server: ServerRequest,
  settings: ServerSettings,
  firewalls: readonly Firewall[],
): Problem | undefined => checkFirewalls(server, settings, firewalls, TALOS)

function letsIn({ rules }: Firewall, wanted: number, family: 'ipv4' | 'ipv6'): boolean {
  return rules.some(
    ({ direction, protocol, port, source_ips }) =>
      direction === 'in' &&
      protocol === 'tcp' &&
      includesPort(port ?? '', wanted) &&
      source_ips.some((source) => source.includes(':') === (family === 'ipv6')),
  )
}

/** `22`, `20-25` or `any` */
function includesPort(text: string, port: number): boolean {
  if (text === 'any') return true
  const [low = Number.NaN, high = low] = text.split('-').map(Number)
  return low <= port && port <= high
}

function checkWayOut(
  { networks: [first] }: ServerRequest,
  { ipv4, ipv6, downloadProxy }: ServerSettings,
  networks: readonly Network[],
): Problem | undefined {
  // A proxy may stand in the network itself.
  if (downloadProxy !== undefined) return undefined
  if (ipv4 || ipv6 || networks.length === 0) return undefined
  if (networks.some(({ routes }) => routes.some(({ destination }) => destination === '0.0.0.0/0'))) return undefined
  return noWayOut(first)
}

const noWayOut = (network: Sourced<string> | undefined): Problem => ({
  code: 'config',
  message: 'the build server has no public address, and no network of it has a route to the Internet',
  at: network?.origin,
  hint: 'it cannot download the image then: add a route 0.0.0.0/0 to a server that does NAT, or send the disk from here with --image-file',
})
