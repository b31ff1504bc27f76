/** What the build server is beside its type and place: requested by name, resolved to IDs. */

import type { Sourced } from '../config/variables.ts'
import type { Labels, SshOver } from '../domain.ts'
import { formatOrigin, type Origin, type Problem } from '../errors.ts'
import type { Firewall, Network } from '../hetzner/wire.ts'
import { didYouMean } from '../util/near.ts'
import { PROXY_FORM, type ProxyServer, toProxy } from '../util/proxies.ts'
import { withoutCredentials } from '../util/redact.ts'
import { findLabelProblem } from './server-label.ts'

/** The system on the disk of a new build server, which is never booted. */
export const SYSTEM_IMAGE = 'debian-13'

/** What is asked for, as it was written. */
export interface ServerRequest {
  readonly systemImage: Sourced<string>
  /** Beside those that every build server has. */
  readonly labels: ReadonlyMap<string, Sourced<string>>
  /** Names or IDs. */
  readonly firewalls: readonly Sourced<string>[]
  /** Names or IDs. */
  readonly networks: readonly Sourced<string>[]
  /** Whether it has a public IPv4 address. */
  readonly ipv4: Sourced<boolean>
  /** Whether it has a public IPv6 network; one by default, unless it is reached over IPv4. */
  readonly ipv6: Sourced<boolean>
  /** undefined: the first that there is, out of IPv4, IPv6 and the first private network. */
  readonly sshOver: Sourced<SshOver> | undefined
  /** The proxy that it downloads through, as a URL; none by default. */
  readonly downloadProxy?: Sourced<string> | undefined
}

/** What is made of it. The content of a snapshot does not depend on any of this. */
export interface ServerSettings {
  readonly systemImage: string
  readonly labels: Labels
  readonly firewallIds: readonly number[]
  /** In the order of their IDs, for people. */
  readonly firewallNames: readonly string[]
  /** SSH over a private network goes to the first. */
  readonly networkIds: readonly number[]
  /** In the order of their IDs, for people. */
  readonly networkNames: readonly string[]
  /** The network zones that all of its networks reach; undefined without networks: any. */
  readonly networkZones: readonly string[] | undefined
  readonly ipv4: boolean
  readonly ipv6: boolean
  readonly sshOver: SshOver
  /** The proxy that it downloads through. */
  readonly downloadProxy?: ProxyServer | undefined
}

/**
 * What the project has, of the kinds that are requested by name or ID.
 * @internal
 */
export interface ServerOffers {
  readonly firewalls: readonly Firewall[]
  readonly networks: readonly Network[]
}

/** A server with a public address and nothing else. */
export const PLAIN_SERVER: ServerRequest = {
  systemImage: { value: SYSTEM_IMAGE, origin: { kind: 'default' } },
  labels: new Map(),
  firewalls: [],
  networks: [],
  ipv4: { value: true, origin: { kind: 'default' } },
  ipv6: { value: true, origin: { kind: 'default' } },
  sshOver: undefined,
}

/** Problems that can be found without a request: labels, and addresses that the server does not have. */
export function findServerProblems(request: ServerRequest): Problem[] {
  const labels = [...request.labels].map(([key, { value, origin }]) => findLabelProblem(key, value, origin))
  const found = [...labels, findAddressProblem(request), findUselessFirewall(request), findProxyProblem(request)]
  return found.filter((problem) => problem !== undefined)
}

function findAddressProblem({ ipv4, ipv6, networks, sshOver }: ServerRequest): Problem | undefined {
  if (!ipv4.value && !ipv6.value && networks.length === 0) {
    return {
      code: 'config',
      message: 'the build server would have no address at all: no public one, and no network',
      at: ipv4.origin,
      hint: 'name a private network (--network), or let it have a public address',
    }
  }
  const has = { ipv4: ipv4.value, ipv6: ipv6.value, private: networks.length > 0 }
  if (sshOver === undefined || has[sshOver.value]) return undefined
  const over = sshOver.value === 'private' ? 'a private network' : TITLES[sshOver.value]
  const lacking = sshOver.value === 'private' ? 'is in no network' : `has no ${TITLES[sshOver.value]} address`
  return {
    code: 'config',
    message: `SSH is to go over ${over}, but the build server ${lacking}`,
    at: sshOver.origin,
    hint:
      sshOver.value === 'private'
        ? 'name the network with --network NAME'
        : `let it have one, or leave out what sends SSH over ${over}`,
  }
}

/** Source: Hetzner Cloud API documentation. */
function findUselessFirewall({ ipv4, ipv6, firewalls: [first] }: ServerRequest): Problem | undefined {
  if (first === undefined || ipv4.value || ipv6.value) return undefined
  return {
    code: 'config',
    message: `the firewall "${first.value}" cannot apply to a build server without a public address`,
    at: first.origin,
    hint: 'firewalls filter public addresses alone; leave it out',
  }
}

function findProxyProblem({ downloadProxy }: ServerRequest): Problem | undefined {
  if (downloadProxy === undefined || toProxy(downloadProxy.value, '') !== undefined) return undefined
  const { value, origin } = downloadProxy
  return {
    code: 'config',
    message: `"${withoutCredentials(value)}" is not a proxy that can be used`,
    at: origin,
    hint: PROXY_FORM,
  }
}

const TITLES = { ipv4: 'IPv4', ipv6: 'IPv6' } as const

/**
 * Finds what the names stand for. Problems that {@link findServerProblems} tells are not told again.
 * @internal
 */
export function resolveServer(
  request: ServerRequest,
  offers: ServerOffers,
): { settings: ServerSettings; problems: readonly Problem[] } {
  const { systemImage, labels, ipv4, ipv6, sshOver, downloadProxy } = request
  const proxy = downloadProxy && toProxy(downloadProxy.value, formatOrigin(downloadProxy.origin))
  const firewalls = findNamed('firewall', request.firewalls, offers.firewalls)
  const networks = findNamed('network', request.networks, offers.networks)
  const networkZones = zonesOf(networks.found)
  const over = sshOver?.value ?? (ipv4.value ? 'ipv4' : ipv6.value ? 'ipv6' : 'private')
  // Rescue takes minutes on ARM servers with an IPv6 network (terraform-provider-hcloud #667), and IPv4 does without it.
  const isWanted = ipv6.origin.kind !== 'default' || !ipv4.value || over === 'ipv6'
  const problems = [...firewalls.problems, ...networks.problems]
  if (networkZones?.length === 0) problems.push(nowhere(networks.found, request.networks[0]?.origin))
  const settings: ServerSettings = {
    systemImage: systemImage.value,
    labels: Object.fromEntries([...labels].map(([key, { value }]) => [key, value])),
    firewallIds: firewalls.found.map(({ id }) => id),
    firewallNames: firewalls.found.map(({ name }) => name),
    networkIds: networks.found.map(({ id }) => id),
    networkNames: networks.found.map(({ name }) => name),
    networkZones,
    ipv4: ipv4.value,
    ipv6: ipv6.value && isWanted,
    sshOver: over,
    ...(proxy === undefined ? {} : { downloadProxy: proxy }),
  }
  return { settings, problems }
}

function zonesOf(networks: readonly Network[]): string[] | undefined {
  const [first, ...others] = networks.map(({ subnets }) => new Set(subnets.map(({ network_zone }) => network_zone)))
  if (first === undefined) return undefined
  return [...first].filter((zone) => others.every((zones) => zones.has(zone)))
}

/** No server can be in all of the networks. */
function nowhere(networks: readonly Network[], at: Origin | undefined): Problem {
  const bare = networks.find(({ subnets }) => subnets.length === 0)
  const names = networks.map(({ name }) => `"${name}"`).join(' and ')
  return {
    code: 'config',
    message:
      bare === undefined
        ? `the networks ${names} have subnets in no common network zone, so no server can be in all of them`
        : `the network "${bare.name}" has no subnet, so no server can be in it`,
    at,
    hint:
      bare === undefined
        ? 'leave one of them out, or add a subnet in the zone of the location'
        : `hcloud network add-subnet ${bare.name} --type cloud --network-zone eu-central`,
  }
}

/** A name may be all digits, so an ID is only what no name is. The same thing named twice is there once. */
function findNamed<T extends { readonly id: number; readonly name: string }>(
  kind: string,
  wanted: readonly Sourced<string>[],
  offered: readonly T[],
): { found: T[]; problems: Problem[] } {
  const found = new Set<T>()
  const problems: Problem[] = []
  for (const { value, origin } of wanted) {
    const one = offered.find(({ name }) => name === value) ?? offered.find(({ id }) => String(id) === value)
    if (one === undefined) {
      const names = offered.map(({ name }) => name)
      problems.push({
        code: 'config',
        message: `the project has no ${kind} "${value}"`,
        at: origin,
        hint: didYouMean(value, names) ?? (names.length === 0 ? `it has no ${kind}s` : `it has ${listNames(names)}`),
      })
    } else found.add(one)
  }
  return { found: [...found], problems }
}

/** How many names are told at most. */
const MOST_NAMES = 10

function listNames(names: readonly string[]): string {
  const more = names.length - MOST_NAMES
  return names.slice(0, MOST_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
