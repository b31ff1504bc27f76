/** Terraform text that finds exactly the snapshots of a run. */

import { ROLES } from '../domain.ts'
import { selectorFor } from '../plan/labels.ts'
import { terraformKey, terraformRole } from './image-names.ts'
import type { ResultSnapshot } from './result.ts'

/** For each role and architecture a data source, and for role images the two settings of the hcloud-talos module. */
export function formatTerraform(snapshots: readonly ResultSnapshot[]): string {
  const roles = new Set(snapshots.map(({ role }) => role))
  const module = ROLES.filter((role) => roles.has(role)).map(
    (role) => `${terraformRole(role)}_image_selector = "${selectorFor(role)}"`,
  )
  return [...(module.length > 0 ? [alignEquals(module)] : []), ...snapshots.map(formatDataSource)].join('\n\n')
}

function formatDataSource(snapshot: ResultSnapshot): string {
  return `data "hcloud_image" "talos_${terraformKey(snapshot)}" {
  with_selector     = "${versionedSelector(snapshot)}"
  with_architecture = "${snapshot.architecture}"
  most_recent       = true
}`
}

/** Finds the snapshots of this role and this version, and no newer ones of another. */
export function versionedSelector({ role, version }: Pick<ResultSnapshot, 'role' | 'version'>): string {
  return [selectorFor(role ?? undefined), ...(version === null ? [] : [`version=${version}`])].join(',')
}

/** As `terraform fmt` would. */
function alignEquals(lines: readonly string[]): string {
  const width = Math.max(...lines.map((line) => line.indexOf(' = ')))
  return lines.map((line) => line.replace(/^(\S+) = /, (_, name: string) => `${name.padEnd(width)} = `)).join('\n')
}
