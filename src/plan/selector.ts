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

/** Labels that every snapshot of a kind has, or that Terraform asks for by other means; selectors leave most of them out. */
export const COMMON: ReadonlySet<string> = new Set(['os', 'arch', 'architecture', 'version', 'creator', 'type', 'role'])

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

/** Whether a selector that {@link selectorOf} made finds something with these labels. */
export const isFound = (selector: string, labels: Labels): boolean =>
  selector.split(',').every((term) => holds(term, labels))

/** Terms are `KEY`, `!KEY`, `KEY=VALUE` and `KEY!=VALUE`. */
function holds(term: string, labels: Labels): boolean {
  const [, not, key = '', unequal, value] = /^(!?)([^=!]+)(?:(!?)=(.*))?$/.exec(term) ?? []
  if (value === undefined) return (labels[key] === undefined) === (not === '!')
  return (labels[key] === value) === (unequal !== '!')
}

/**
 * A selector that finds several series, with what is missing for it to find only one of them.
 * @param labels of that series
 * @param others the labels of the other series that it finds
 */
export function tellApart(selector: string, labels: Labels, others: readonly Labels[]): string {
  const terms: string[] = []
  for (const other of others) {
    if (!terms.every((term) => holds(term, other))) continue
    const keys = Object.keys({ ...labels, ...other }).filter((key) => labels[key] !== other[key])
    const [key] = keys.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
    if (key !== undefined) terms.push(differenceIn(key, labels[key], other[key]))
  }
  return [selector, ...terms].join(',')
}

/** What people use to tell snapshots apart comes first. */
function rank(key: string): number {
  if (key === 'role') return 0
  return COMMON.has(key) ? 2 : 1
}

function differenceIn(key: string, value: string | undefined, other: string | undefined): string {
  if (value === undefined) return `!${key}`
  if (value !== '') return `${key}=${value}`
  return other === undefined ? key : `${key}!=${other}`
}
