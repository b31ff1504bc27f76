/** Terraform text that finds exactly the snapshots of a run. */

import type { Role } from '../domain.ts'
import { selectorOf } from '../plan/labels.ts'
import type { ResultSnapshot } from './result.ts'

/** For each role and architecture a data source, and for role images the two settings of the hcloud-talos module. */
export function formatTerraform(snapshots: readonly ResultSnapshot[]): string {
  const module = (['control-plane', 'worker'] as const).flatMap((wanted) => {
    const snapshot = snapshots.find(({ role }) => role === wanted)
    if (snapshot === undefined) return []
    return [`${wanted.replace('-', '_')}_image_selector = "${selectorOf(snapshot.labels)}"`]
  })
  const names = new Map<string, number>()
  const sources = snapshots.map((snapshot) => {
    const name = dataSourceName(snapshot.architecture, snapshot.role)
    const count = (names.get(name) ?? 0) + 1
    names.set(name, count)
    return formatDataSource(snapshot, count === 1 ? name : `${name}_${count}`)
  })
  return [...(module.length > 0 ? [alignEquals(module)] : []), ...sources].join('\n\n')
}

function formatDataSource(snapshot: ResultSnapshot, name: string): string {
  const selector = [selectorOf(snapshot.labels), ...(snapshot.version === null ? [] : [`version=${snapshot.version}`])]
  return `data "hcloud_image" "${name}" {
  with_selector     = "${selector.join(',')}"
  with_architecture = "${snapshot.architecture}"
  most_recent       = true
}`
}

function dataSourceName(architecture: string, role: Role | null): string {
  return ['talos', ...(role === null ? [] : [role.replace('-', '_')]), architecture].join('_')
}

/** As `terraform fmt` would. */
function alignEquals(lines: readonly string[]): string {
  const width = Math.max(...lines.map((line) => line.indexOf(' = ')))
  return lines.map((line) => line.replace(/^(\S+) = /, (_, name: string) => `${name.padEnd(width)} = `)).join('\n')
}
