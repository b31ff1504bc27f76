/** The selectors that find snapshots: of one snapshot the same wherever it is shown or written. */

import type { Labels, Role } from '../domain.ts'
import { PREFIX, RUN_LABEL } from './labels.ts'
import { findLabelVersion } from './series.ts'

/** The selector that finds the snapshots of a role, of any version; for generic images it keeps role images out. */
export function selectorFor(role: Role | undefined): string {
  return role === undefined ? 'os=talos,!role' : `os=talos,role=${role}`
}

/** What a selector is made of, where it is asked for in parts. */
export interface SelectorParts {
  /** A whole selector, in the place of a role. */
  readonly selector?: string | undefined
  readonly role?: Role | undefined
  /** A whole Talos version, since labels hold no other. */
  readonly version?: string | undefined
  /** Labels that must be there; undefined as the value: with any value. */
  readonly labels?: Readonly<Record<string, string | undefined>> | undefined
}

/** The selector that asks for all of the parts. */
export function joinSelector({ selector, role, version, labels = {} }: SelectorParts): string {
  const terms = Object.entries(labels).map(([key, value]) => (value === undefined ? key : `${key}=${value}`))
  return [selector ?? selectorFor(role), ...(version === undefined ? [] : [`version=${version}`]), ...terms].join(',')
}

/** Labels that every snapshot of a kind has, or that Terraform asks for by other means. */
const COMMON = new Set(['os', 'arch', 'architecture', 'version', 'creator', 'type', 'role'])

/**
 * The selector that finds the snapshots of the same series and Talos version as one with these labels, and no others; of any
 * version where no label names one. Labels of a template may be others than those of the old directory: then they are named.
 */
export function selectorOf(labels: Labels): string {
  const base = labels.os === 'talos' ? selectorFor(labels.role) : undefined
  const own = Object.entries(labels).filter(([key]) => !key.startsWith(PREFIX))
  const special = own.filter(([key]) => base === undefined || !COMMON.has(key))
  const version = findLabelVersion((name) => labels[name])?.label
  const terms = new Set([
    ...(base === undefined ? [] : base.split(',')),
    ...special.map(([key, value]) => (value === '' ? key : `${key}=${value}`)),
    ...(version === undefined ? [] : [`${version}=${labels[version]}`]),
  ])
  return terms.size > 0 ? [...terms].join(',') : RUN_LABEL
}
