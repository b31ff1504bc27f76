/** What the flags say of snapshots: `--label`, `--description`; and of build servers: `--ip-family`, `--network`, `--ssh-over`, `--firewall`, `--server-label`, `--download-proxy`. */

import { InvalidArgumentError } from 'commander'
import type { Sourced } from '../config/variables.ts'
import { IP_FAMILIES, SSH_WAYS } from '../domain.ts'
import type { Problem } from '../errors.ts'
import { PLAIN_SERVER, type ServerRequest } from '../plan/server-settings.ts'
import type { Parameters, Values } from './define-command.ts'
import type { Io } from './io.ts'

type IpFamily = (typeof IP_FAMILIES)[number]

export interface LabelFlag {
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
    parse: parseLabel,
    repeatable: true,
  },
  '--download-proxy <url>': 'the proxy that it downloads through',
} as const satisfies Parameters
export type ServerFlags = Values<typeof serverFlags>

/** `KEY=VALUE`, or `KEY` for a label without a value. */
export function parseLabel(text: string): LabelFlag {
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
    labels: toLabels(serverLabel, '--server-label'),
    firewalls: firewall.map((name) => from('--firewall', name)),
    networks: network.map((name) => from('--network', name)),
    ipv4: family('ipv4') ?? PLAIN_SERVER.ipv4,
    ipv6: family('ipv6') ?? PLAIN_SERVER.ipv6,
    sshOver: sshOver === undefined ? undefined : from('--ssh-over', sshOver),
    downloadProxy: readDownloadProxy(flags, env),
  }
  return { server, problems: findRepetitions(serverLabel, { of: 'build server', flag: '--server-label' }) }
}

/** A password is better in the environment than on a command line, which other users of the computer can see. */
const DOWNLOAD_PROXY = 'TALOS_IMAGE_DOWNLOAD_PROXY'

function readDownloadProxy({ downloadProxy }: ServerFlags, env: Io['env']): Sourced<string> | undefined {
  if (downloadProxy !== undefined) return { value: downloadProxy, origin: { kind: 'flag', name: '--download-proxy' } }
  const value = env[DOWNLOAD_PROXY]?.trim() ?? ''
  return value === '' ? undefined : { value, origin: { kind: 'env', name: DOWNLOAD_PROXY } }
}

/** The labels of a flag, by their keys. */
function toLabels(labels: readonly LabelFlag[], name: string): ReadonlyMap<string, Sourced<string>> {
  return new Map(labels.map(({ key, value }) => [key, { value, origin: { kind: 'flag', name } }]))
}

export const snapshotFlags = {
  '--label <key=value>': { text: 'a label of the snapshot; repeatable', parse: parseLabel, repeatable: true },
  '--description <text>': 'the description of the snapshot',
} as const satisfies Parameters

/** What the flags say of the snapshots, and what is wrong with flags that were repeated. */
export function readSnapshotFlags({ label = [], description }: Values<typeof snapshotFlags>) {
  return {
    labels: toLabels(label, '--label'),
    description:
      description === undefined
        ? undefined
        : ({ value: description, origin: { kind: 'flag', name: '--description' } } as const),
    problems: findRepetitions(label, { of: 'snapshot', flag: '--label' }),
  }
}

/** One label with two values. */
function findRepetitions(
  labels: readonly LabelFlag[],
  { of, flag }: { readonly of: string; readonly flag: string },
): Problem[] {
  const keys = new Set(labels.map(({ key }) => key))
  return [...keys].flatMap((key) => {
    const values = new Set(labels.filter((label) => label.key === key).map(({ value }) => value))
    if (values.size < 2) return []
    return [
      {
        code: 'usage',
        message: `the label "${key}" of the ${of} is given ${values.size} values`,
        at: { kind: 'flag', name: flag },
        hint: 'give it once',
      },
    ]
  })
}
