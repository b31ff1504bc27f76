/** What the flags say of build servers: `--ip-family`, `--network`, `--ssh-over`, `--firewall`, `--server-label`, `--download-proxy`. */

import { InvalidArgumentError } from 'commander'
import type { Sourced } from '../config/variables.ts'
import { SSH_WAYS } from '../domain.ts'
import type { Problem } from '../errors.ts'
import { PLAIN_SERVER, type ServerRequest } from '../plan/server-settings.ts'
import type { Parameters, Values } from './define-command.ts'
import type { Io } from './io.ts'

/** Which public addresses build servers get. */
const IP_FAMILIES = ['any', 'ipv4', 'ipv6', 'none'] as const
type IpFamily = (typeof IP_FAMILIES)[number]

export interface ServerLabelFlag {
  readonly key: string
  readonly value: string
}

export const serverFlags = {
  '--ip-family <family>': { text: 'public addresses', choices: IP_FAMILIES },
  '--network <name|id>': { text: 'a private network to be in; repeatable', repeatable: true },
  '--ssh-over <way>': { text: 'where SSH goes', choices: SSH_WAYS },
  '--firewall <name|id>': { text: 'a firewall to be behind; repeatable', repeatable: true },
  '--server-label <key=value>': {
    text: 'a label of the build server; repeatable',
    parse: parseServerLabel,
    repeatable: true,
  },
  '--download-proxy <url>': 'the proxy that it downloads through',
} as const satisfies Parameters
export type ServerFlags = Values<typeof serverFlags>

/** `--server-label KEY=VALUE`, or `KEY` for one without a value. */
export function parseServerLabel(text: string): ServerLabelFlag {
  const [, key = '', value = ''] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? []
  if (key === '') throw new InvalidArgumentError('Use KEY=VALUE, such as team=infra.')
  return { key, value }
}

/** The build servers that the flags ask for, and what is wrong with flags that were repeated. */
export function readServerFlags(
  flags: ServerFlags,
  env: Io['env'] = {},
): { server: ServerRequest; problems: readonly Problem[] } {
  const { ipFamily, network = [], sshOver, firewall = [], serverLabel = [] } = flags
  const from = <T>(name: string, value: T): Sourced<T> => ({ value, origin: { kind: 'flag', name } })
  const family = (one: IpFamily): Sourced<boolean> | undefined =>
    ipFamily === undefined ? undefined : from('--ip-family', ipFamily === 'any' || ipFamily === one)
  const server: ServerRequest = {
    ...PLAIN_SERVER,
    labels: new Map(serverLabel.map(({ key, value }) => [key, from('--server-label', value)])),
    firewalls: firewall.map((name) => from('--firewall', name)),
    networks: network.map((name) => from('--network', name)),
    ipv4: family('ipv4') ?? PLAIN_SERVER.ipv4,
    ipv6: family('ipv6') ?? PLAIN_SERVER.ipv6,
    sshOver: sshOver === undefined ? undefined : from('--ssh-over', sshOver),
    downloadProxy: readDownloadProxy(flags, env),
  }
  return { server, problems: findRepetitions(serverLabel) }
}

/** A password is better in the environment than on a command line, which other users of the computer can see. */
const DOWNLOAD_PROXY = 'TALOS_IMAGE_DOWNLOAD_PROXY'

function readDownloadProxy({ downloadProxy }: ServerFlags, env: Io['env']): Sourced<string> | undefined {
  if (downloadProxy !== undefined) return { value: downloadProxy, origin: { kind: 'flag', name: '--download-proxy' } }
  const value = env[DOWNLOAD_PROXY]?.trim() ?? ''
  return value === '' ? undefined : { value, origin: { kind: 'env', name: DOWNLOAD_PROXY } }
}

/** One label with two values. */
function findRepetitions(labels: readonly ServerLabelFlag[]): Problem[] {
  const keys = new Set(labels.map(({ key }) => key))
  return [...keys].flatMap((key) => {
    const values = new Set(labels.filter((label) => label.key === key).map(({ value }) => value))
    if (values.size < 2) return []
    return [
      {
        code: 'usage',
        message: `the label "${key}" of the build server is given ${values.size} values`,
        at: { kind: 'flag', name: '--server-label' },
        hint: 'give it once',
      },
    ]
  })
}
