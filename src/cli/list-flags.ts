/** The flags of `talos-image list` that need more than their text. */

import { InvalidArgumentError } from 'commander'
import { isRoleName, NO_ROLE, ROLE_RULE, type Role } from '../domain.ts'
import { SORT_FIELDS, type Sort, type SortField } from '../report/sort-fields.ts'
import { didYouMean } from '../util/near.ts'

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
