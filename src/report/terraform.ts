/** Terraform text that finds exactly the snapshots of a run. */

import { HCLOUD_TALOS_ROLES } from '../domain.ts'
import { selectorOf } from '../plan/labels.ts'
import { findLabelVersion } from '../plan/series.ts'
import { terraformKey, terraformRole } from './image-names.ts'
import type { ResultSnapshot } from './result.ts'

/** For each role and architecture a data source, and for role images the two settings of the hcloud-talos module. */
export function formatTerraform(snapshots: readonly ResultSnapshot[]): string {
  const module = HCLOUD_TALOS_ROLES.flatMap((wanted) => {
    const snapshot = snapshots.find(({ role }) => role === wanted)
    return snapshot === undefined ? [] : [`${terraformRole(wanted)}_image_selector = "${selectorOf(snapshot.labels)}"`]
  })
  const names = new Map<string, number>()
  const sources = snapshots.map((snapshot) => {
    const name = `talos_${terraformKey(snapshot)}`
    const count = (names.get(name) ?? 0) + 1
    names.set(name, count)
    return formatDataSource(snapshot, count === 1 ? name : `${name}_${count}`)
  })
  return [...(module.length > 0 ? [alignEquals(module)] : []), ...sources].join('\n\n')
}

function formatDataSource(snapshot: ResultSnapshot, name: string): string {
  return `data "hcloud_image" "${name}" {
  with_selector     = "${versionedSelector(snapshot)}"
  with_architecture = "${snapshot.architecture}"
  most_recent       = true
}`
}

/** A selector for the snapshots of this series and this version only. */
export function versionedSelector({ labels }: Pick<ResultSnapshot, 'labels'>): string {
  const label = findLabelVersion((name) => labels[name])?.label
  const terms = new Set(selectorOf(labels).split(','))
  if (label !== undefined) terms.add(`${label}=${labels[label]}`)
  return [...terms].join(',')
}

/** As `terraform fmt` would. */
function alignEquals(lines: readonly string[]): string {
  const width = Math.max(...lines.map((line) => line.indexOf(' = ')))
  return lines.map((line) => line.replace(/^(\S+) = /, (_, name: string) => `${name.padEnd(width)} = `)).join('\n')
}
