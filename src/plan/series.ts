/**
 * Which snapshots belong together: those of one architecture whose public labels are the same, apart from the label that
 * names the Talos version. Selectors tell series apart, so one snapshot never stands in for one of another series.
 */

import type { Architecture, Labels } from '../domain.ts'
import type { Snapshot } from '../hetzner/snapshot.ts'
import { PREFIX, roleOf, VERSION_LABEL } from './labels.ts'

/** Labels in which templates put the Talos version; the first that holds one counts. */
const VERSION_LABELS = ['version', 'talos_version', 'talos-version', 'talosversion', VERSION_LABEL] as const
const VERSION = /^v?(\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)\.\d+)?)$/

/** The versions that a text such as a URL or a description names. */
export function versionsIn(text: string): string[] {
  return text.match(/(?<![\w.])v\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)\.\d+)?(?!\w|\.\d)/g) ?? []
}

/** The version that labels name, with its `v`, and the label that does. */
export function findLabelVersion(
  labelOf: (label: string) => string | undefined,
): { readonly label: string; readonly version: string } | undefined {
  for (const label of VERSION_LABELS) {
    const [, version] = VERSION.exec(labelOf(label) ?? '') ?? []
    if (version !== undefined) return { label, version: `v${version}` }
  }
  return undefined
}

type Described = Pick<Snapshot, 'labels' | 'description'>

/** The Talos version of a snapshot, with its `v`: what a label says, else the description; undefined when neither does. */
export function talosVersionOf({ labels, description }: Described): string | undefined {
  const [described, ...others] = new Set(versionsIn(description))
  return findLabelVersion((label) => labels[label])?.version ?? (others.length === 0 ? described : undefined)
}

/** What a series has in common. */
export interface Series {
  readonly architecture: Architecture
  /** The public labels, without the one that names the version. */
  readonly labels: Labels
}

/** The series that a snapshot belongs to. */
export function seriesOf({ architecture, labels }: Pick<Snapshot, 'architecture' | 'labels'>): Series {
  const namesVersion = (key: string, value: string): boolean =>
    VERSION_LABELS.some((label) => label === key) && VERSION.test(value)
  const own = Object.entries(labels).filter(([key, value]) => !key.startsWith(PREFIX) && !namesVersion(key, value))
  return { architecture, labels: Object.fromEntries(own.toSorted(([a], [b]) => (a < b ? -1 : 1))) }
}

/** Equal for snapshots of the same series, and for no others. */
export function seriesKey(snapshot: Pick<Snapshot, 'architecture' | 'labels'>): string {
  return JSON.stringify(seriesOf(snapshot))
}

/** Labels that say nothing beside the role and the architecture. */
const USUAL: Labels = { os: 'talos', creator: 'hcloud-talos', type: 'infra' }

/** `generic x86`, `worker arm`, `generic x86 (cluster=alpha)`: names a series for people. */
export function describeSeries({ architecture, labels }: Series): string {
  return describeKind(labels, [roleOf(labels) ?? 'generic', architecture].join(' '))
}

/** `worker`, `generic (cluster=alpha)`: names the labels of a series for people. */
export function describeKind(labels: Labels, kind: string = roleOf(labels) ?? 'generic'): string {
  const special = Object.entries(labels)
    .filter(([key, value]) => key !== 'arch' && ![USUAL[key], key === 'role' && roleOf(labels)].includes(value))
    .map(([key, value]) => (value === '' ? key : `${key}=${value}`))
  return special.length === 0 ? kind : `${kind} (${special.join(', ')})`
}

/** The API does not say which of two is the newer one when they were made in the same second: then the higher ID counts. */
export const newestFirst = (a: Pick<Snapshot, 'created' | 'id'>, b: Pick<Snapshot, 'created' | 'id'>): number =>
  Date.parse(b.created) - Date.parse(a.created) || b.id - a.id
