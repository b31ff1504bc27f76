/** Flags that need more than their text, each parsed by one function that says what is wrong. */

import { InvalidArgumentError } from 'commander'
import {
  ARCHITECTURES,
  type Architecture,
  hintArchitecture,
  isRoleName,
  ROLE_RULE,
  type Role,
  toArchitecture,
} from '../domain.ts'
import { isLabelKey, isLabelValue } from '../plan/server-label.ts'
import { parseShard, type Shard } from '../plan/shard.ts'
import { toWait } from '../run/option-limits.ts'
import { isPort } from '../util/limits.ts'
import { didYouMean } from '../util/near.ts'

/** `--arch arm` */
export function parseArchitecture(text: string): Architecture {
  const architecture = toArchitecture(text)
  if (architecture !== undefined) return architecture
  throw new InvalidArgumentError(`${hintArchitecture(text).replace(/^use/, 'Use')}.`)
}

/** `--only hcloud.talos-arm,hcloud.talos-x86` */
export function parseBuildNames(text: string): readonly string[] {
  const names = text.split(',').filter((name) => name !== '')
  if (names.length > 0) return names
  throw new InvalidArgumentError('Name builds, such as hcloud.talos-x86, or hcloud.*')
}

/** What `build` is told to build: the role of `build control-plane`, or the template of `build image_amd64.pkr.hcl`. */
export type Target = { readonly role: Role } | { readonly directory: string }

/** What cannot name a role and looks like a path is one: a template, or a directory of them. */
export function parseTarget(text: string): Target {
  if (isRoleName(text)) return { role: text }
  if (/[./]|^_/.test(text)) return { directory: text }
  throw new InvalidArgumentError(`A role has ${ROLE_RULE}; write a directory as ./${text || 'DIR'}.`)
}

export function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && isPort(port)) return port
  throw new InvalidArgumentError('Use a number from 1 to 65535.')
}

export function parseCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Use a whole number of at least 1.')
}

const AGE_MS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 }

/** `30d`, `12h`, `4w`; in milliseconds. */
export function parseAge(text: string): number {
  const [, amount, unit = ''] = /^(\d{1,5})([hdw])$/.exec(text) ?? []
  const ms = Number(amount) * (AGE_MS[unit] ?? Number.NaN)
  if (ms >= 0) return ms
  throw new InvalidArgumentError('Use an age such as 30d, 12h or 4w.')
}

/** `90s`, `5m`, `1h`, or seconds; in milliseconds. */
export function parseDuration(text: string): number {
  const ms = toWait(text)
  if (ms !== undefined) return ms
  throw new InvalidArgumentError('Use a duration such as 90s or 5m, up to 24h.')
}

/** What `--timeout` can set, by the names that users give. */
const TIMEOUTS = {
  action: 'actionMs',
  ssh: 'sshMs',
  write: 'writeMs',
  silence: 'silenceMs',
  verify: 'verifyMs',
  snapshot: 'snapshotMs',
  'boot-test': 'bootTestMs',
  remove: 'removeMs',
} as const
/** As texts list them. */
export const TIMEOUT_NAMES = Object.keys(TIMEOUTS).join(', ')
type TimeoutName = (typeof TIMEOUTS)[keyof typeof TIMEOUTS]

/** `--timeout write=1h`; in milliseconds. */
export function parseTimeout(text: string): { readonly [Name in TimeoutName]?: number } {
  const [what = '', duration] = text.split('=', 2)
  const name = Object.entries(TIMEOUTS).find(([key]) => key === what)?.[1]
  if (name !== undefined && duration !== undefined) return { [name]: parseDuration(duration) }
  const near = didYouMean(what, Object.keys(TIMEOUTS))
  throw new InvalidArgumentError(
    `Use NAME=DURATION with one of ${TIMEOUT_NAMES}${near === undefined ? '.' : `; ${near}`}`,
  )
}

/** `--sha256 HEX`, or `--sha256 arm=HEX` where several architectures are built. */
export function parseSha256(text: string): PinnedHash {
  const [, architecture, hex] = /^(?:(\w+)=)?([0-9a-fA-F]{64})$/.exec(text) ?? []
  if (hex === undefined)
    throw new InvalidArgumentError(
      `Use 64 hexadecimal digits, or ${ARCHITECTURES.map((one) => `${one}=...`).join(' and ')} with them.`,
    )
  const named = architecture === undefined ? undefined : parseArchitecture(architecture)
  return { architecture: named, hex }
}

/** `--shard 1/4`; whether there is such a one is found out with the other options. */
export function parseShardFlag(text: string): Shard {
  const shard = parseShard(text)
  if (shard !== undefined) return shard
  throw new InvalidArgumentError('Use INDEX/COUNT, such as 1/4 for the first of four.')
}

/** A pinned hash; without an architecture it is for the only image that is built. */
export interface PinnedHash {
  readonly architecture: Architecture | undefined
  readonly hex: string
}

/** `--label KEY=VALUE`, or `KEY` for any value, which is then undefined. */
export function parseLabelTerm(text: string): readonly [key: string, value: string | undefined] {
  const [key = '', ...rest] = text.split('=')
  if (isLabelKey(key) && rest.length < 2 && isLabelValue(rest[0] ?? '')) return [key, rest[0]]
  throw new InvalidArgumentError('Use KEY=VALUE, or KEY for any value.')
}

/** The ID of a snapshot. */
export function parseId(text: string): number {
  if (/^[1-9]\d{0,15}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Snapshot IDs are numbers, as in `talos-image list`.')
}
