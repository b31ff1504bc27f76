/** Terraform text that finds exactly the snapshots of a run. */

import type { Role } from '../domain.ts'
import { selectorFor } from '../plan/labels.ts'
import type { ResultSnapshot } from './result.ts'

/** For each role and architecture a data source, and for role images the two settings of the hcloud-talos module. */
export function formatTerraform(snapshots: readonly ResultSnapshot[]): string {
  const roles = new Set(snapshots.map(({ role }) => role))
  const module = (['control-plane', 'worker'] as const)
    .filter((role) => roles.has(role))
    .map((role) => `${role.replace('-', '_')}_image_selector = "${selectorFor(role)}"`)
  return [...(module.length > 0 ? [alignEquals(module)] : []), ...snapshots.map(formatDataSource)].join('\n\n')
}

function formatDataSource(snapshot: ResultSnapshot): string {
  const selector = [
    selectorFor(snapshot.role ?? undefined),
    ...(snapshot.version === null ? [] : [`version=${snapshot.version}`]),
  ]
  return `data "hcloud_image" "${dataSourceName(snapshot.architecture, snapshot.role)}" {
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
