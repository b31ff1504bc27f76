/** The table of the provider's own block, and what it says of build servers. */

import { IP_FAMILIES, SSH_WAYS, type SshOver } from '../domain.ts'
import { findServerProblems, PLAIN_SERVER } from '../plan/server-settings.ts'
import { toWait } from '../run/option-limits.ts'
import { isPort } from '../util/limits.ts'
import type { Diagnostic } from './definition.ts'
import { at, toDiagnostic, wrong } from './place.ts'
import { defineAttributes, type Open } from './schema.ts'
import { isOpen } from './schematic-value.ts'
import type { ServerAccess } from './session.ts'

export const attributes = defineAttributes({
  token: {
    type: 'string',
    set: 'optional',
    sensitive: true,
    description: 'An API token of the project, with "Read & Write"; that of `HCLOUD_TOKEN` by default.',
  },
  endpoint: {
    type: 'string',
    set: 'optional',
    description: 'The URL of the API; that of `HCLOUD_ENDPOINT`, or the public one, by default.',
  },
  factory_url: {
    type: 'string',
    set: 'optional',
    description:
      'The Image Factory; that of `TALOS_IMAGE_FACTORY_URL`, or `https://factory.talos.dev`, by default. For its login see `TALOS_IMAGE_FACTORY_USER` and the like.',
  },
  sandbox: {
    type: 'bool',
    set: 'optional',
    description:
      'Whether everything happens in an emulated cloud on this computer, as with `talos-image --sandbox`, whose state it shares. No account is needed, and token and addresses do not count.',
  },
  ssh: {
    type: {
      object: defineAttributes({
        port: { type: 'number', set: 'optional', description: 'The port of build servers; 22 by default.' },
        timeout: {
          type: 'string',
          set: 'optional',
          description: 'How long the rescue system is waited for; `5m` by default, and twice that for ARM.',
        },
        over: {
          type: 'string',
          set: 'optional',
          description: `Which address it goes to: ${SSH_WAYS.map((way) => `\`${way}\``).join(', ')}; the first that there is by default.`,
        },
        require_host_proof: {
          type: 'bool',
          set: 'optional',
          description: 'Whether an image fails whose build server cannot prove its host key.',
        },
      }),
    },
    set: 'optional',
    description: 'How build servers are reached.',
  },
  build_server: {
    type: {
      object: defineAttributes({
        ip_family: {
          type: 'string',
          set: 'optional',
          description: `Their public addresses: ${IP_FAMILIES.map((one) => `\`${one}\``).join(', ')}.`,
        },
        networks: {
          type: { list: 'string' },
          set: 'optional',
          description: 'Names or IDs of private networks to be in.',
        },
        firewalls: {
          type: { list: 'string' },
          set: 'optional',
          description: 'Names or IDs of firewalls to be behind.',
        },
        labels: { type: { map: 'string' }, set: 'optional', description: 'Their labels, beside those that all have.' },
        download_proxy: {
          type: 'string',
          set: 'optional',
          sensitive: true,
          description: 'The proxy that they download through.',
        },
      }),
    },
    set: 'optional',
    description: 'What the temporary servers are beside their type and location.',
  },
  boot_tests: {
    type: {
      object: defineAttributes({
        timeout: {
          type: 'string',
          set: 'optional',
          description: 'How long Talos is waited for; `5m` by default. When nothing answers, it is booted once more.',
        },
        allow_unproven: {
          type: 'bool',
          set: 'optional',
          description:
            'Whether a snapshot is published without the test, with a warning, when no server for it is in stock. Each apply tries again.',
        },
      }),
    },
    set: 'optional',
    description: 'How snapshots with `boot_test` are booted.',
  },
})

type ProviderConfig = Open<typeof attributes>

/** What is wrong with it by itself; what is not known yet is not looked at. */
export function findProblems(config: ProviderConfig): readonly Diagnostic[] {
  const problems: Diagnostic[] = []
  const { port, timeout, over } = sshOf(config)
  const waits = [
    ['ssh', timeout],
    ['boot_tests', bootTestsOf(config).timeout],
  ] as const
  if (typeof port === 'number' && !isPort(port)) {
    problems.push(wrong(['ssh', 'port'], `${port} is not a port`, 'Use a number from 1 to 65535.'))
  }
  for (const [name, wait] of waits) {
    if (typeof wait !== 'string' || toWait(wait) !== undefined) continue
    problems.push(
      wrong([name, 'timeout'], `"${wait}" is not a time to wait`, 'Write it like "90s" or "5m", up to 24h.'),
    )
  }
  if (typeof over === 'string' && toWay(over) === undefined) {
    problems.push(wrong(['ssh', 'over'], `SSH cannot go over "${over}"`, `Use ${SSH_WAYS.join(', ')}.`))
  }
  const server = buildServerOf(config)
  const { ip_family: family } = server
  const isFamily = typeof family !== 'string' || IP_FAMILIES.some((one) => one === family)
  if (!isFamily) {
    const detail = `Use ${IP_FAMILIES.join(', ')}.`
    problems.push(wrong(['build_server', 'ip_family'], `"${family}" is no family of addresses`, detail))
  }
  if (isOpen(config.build_server) || isOpen(config.ssh)) return problems
  const asked = readAccess(
    isFamily ? config : { ...config, build_server: { ...NO_SERVER, ...server, ip_family: null } },
  )
  return [...problems, ...findServerProblems(asked.server).map((one) => toDiagnostic(one))]
}

export function readAccess(config: ProviderConfig): ServerAccess {
  const { timeout, over, require_host_proof } = sshOf(config)
  const { ip_family: family, networks, firewalls, labels, download_proxy: proxy } = buildServerOf(config)
  const { timeout: bootTimeout, allow_unproven } = bootTestsOf(config)
  const way = typeof over === 'string' ? toWay(over) : undefined
  const has = (one: 'ipv4' | 'ipv6') =>
    typeof family === 'string'
      ? { value: family === 'any' || family === one, origin: at('build_server', 'ip_family') }
      : PLAIN_SERVER[one]
  return {
    server: {
      ...PLAIN_SERVER,
      labels: new Map(textsOf(labels).map(([key, value]) => [key, { value, origin: at('build_server', 'labels') }])),
      firewalls: textsOf(firewalls).map(([, value]) => ({ value, origin: at('build_server', 'firewalls') })),
      networks: textsOf(networks).map(([, value]) => ({ value, origin: at('build_server', 'networks') })),
      ipv4: has('ipv4'),
      ipv6: has('ipv6'),
      sshOver: way && { value: way, origin: at('ssh', 'over') },
      downloadProxy:
        typeof proxy === 'string' ? { value: proxy, origin: at('build_server', 'download_proxy') } : undefined,
    },
    sshTimeoutMs: typeof timeout === 'string' ? toWait(timeout) : undefined,
    requireHostProof: require_host_proof === true,
    bootTestMs: typeof bootTimeout === 'string' ? toWait(bootTimeout) : undefined,
    allowUnproven: allow_unproven === true,
  }
}

const toWay = (text: string): SshOver | undefined => SSH_WAYS.find((way) => way === text)

type Ssh = Partial<Extract<ProviderConfig['ssh'], object>>
const sshOf = ({ ssh }: ProviderConfig): Ssh => (typeof ssh === 'object' && ssh !== null ? ssh : {})
const NO_SERVER = { networks: null, firewalls: null, labels: null, download_proxy: null }
type BuildServer = Partial<Extract<ProviderConfig['build_server'], object>>
const buildServerOf = ({ build_server: server }: ProviderConfig): BuildServer =>
  typeof server === 'object' && server !== null ? server : {}
type BootTests = Partial<Extract<ProviderConfig['boot_tests'], object>>
const bootTestsOf = ({ boot_tests: tests }: ProviderConfig): BootTests =>
  typeof tests === 'object' && tests !== null ? tests : {}

/** The texts of a list or a map, with their keys, as far as they are known. */
const textsOf = (value: object | symbol | null | undefined): readonly (readonly [string, string])[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, one]) => (typeof one === 'string' ? [[key, one] as const] : []))
    : []
