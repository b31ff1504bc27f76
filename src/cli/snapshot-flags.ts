/** Which snapshots a command is about: the same flags for all that look at several. */

import { InvalidArgumentError } from 'commander'
import { isRoleName, NO_ROLE, ROLE_RULE, type Role } from '../domain.ts'
import type { SnapshotFilter } from '../plan/snapshot-filter.ts'
import { SORT_FIELDS, type Sort, type SortField } from '../report/sort-fields.ts'
import { didYouMean } from '../util/near.ts'
import type { Parameters, Values } from './define-command.ts'
import { parseLabelTerm } from './flags.ts'
import { archFlag } from './shared-flags.ts'

/** `--role worker`, `--role none`. null stands for generic images. */
export function parseRoleFilter(text: string): Role | null {
  if (text === NO_ROLE) return null
  if (isRoleName(text)) return text
  throw new InvalidArgumentError(`Use ${ROLE_RULE}; or none for generic images.`)
}

/** `--version v1.13.9`, or `--version v1.13` for all of a minor version. */
export function parseVersionFilter(text: string): string {
  if (/^v\d+(\.\d+(\.\d+([-+][\w.+-]+)?)?)?$/.test(text)) return text
  const [, number] = /^\s*v?(\d+(?:\.\d+){0,2})\s*$/i.exec(text) ?? []
  throw new InvalidArgumentError(
    number === undefined ? 'Use a version such as v1.13.9, or v1.13 for all of them.' : `Did you mean "v${number}"?`,
  )
}

/** `--version v1.13.9`, where it becomes part of a selector: labels hold whole versions. */
export function parseWholeVersion(text: string): string {
  if (/^v\d+\.\d+\.\d+/.test(parseVersionFilter(text))) return text
  throw new InvalidArgumentError('Use a whole version such as v1.13.9: labels hold no other.')
}

/** `--sort version`, `--sort created:desc`. */
export function parseSort(text: string): Sort {
  const [name = '', direction = 'asc', ...rest] = text.split(':')
  const field = toField(name)
  if (field === undefined) {
    const near = didYouMean(name, SORT_FIELDS)
    throw new InvalidArgumentError(`Use one of ${SORT_FIELDS.join(', ')}${near === undefined ? '.' : `; ${near}`}`)
  }
  if (rest.length > 0 || (direction !== 'asc' && direction !== 'desc')) {
    throw new InvalidArgumentError(`Use ${name} for the smallest first, or ${name}:desc for the largest first.`)
  }
  return { field, descending: direction === 'desc' }
}

/** The column says ARCH, and so does the flag. */
function toField(name: string): SortField | undefined {
  return name === 'arch' ? 'architecture' : SORT_FIELDS.find((field) => field === name)
}

/** By what snapshots are. */
export const filterFlags = {
  ...archFlag(),
  '--role <role>': {
    text: 'such as worker, or none for generic images; repeatable',
    parse: parseRoleFilter,
    repeatable: true,
  },
  '--version <version>': {
    text: 'a Talos version, such as v1.13.9, or v1.13; repeatable',
    parse: parseVersionFilter,
    repeatable: true,
  },
  '--label <key[=value]>': { text: 'only with this label; repeatable', parse: parseLabelTerm, repeatable: true },
} as const satisfies Parameters

/** The names of those flags, for the groups of a help. */
export const FILTER_NAMES = ['--arch', '--role', '--version', '--label'] as const
/** As texts list them. */
export const FILTER_WORDS = '--arch, --role, --version or --label'

/** What the flags mean. */
export function toFilter({ arch, role, version, label = [] }: Values<typeof filterFlags>): SnapshotFilter {
  return { architectures: arch, roles: role, versions: version, labels: Object.fromEntries(label) }
}
