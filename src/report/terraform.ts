/** Terraform text that finds exactly the snapshots of a run, and the variables of the hcloud-talos module. */

import { ARCHITECTURES, HCLOUD_TALOS_ROLES } from '../domain.ts'
import { terraformKey, terraformRole } from './image-names.ts'
import type { ResultSnapshot } from './result.ts'

/** A variable of Terraform, and its value. */
type Variable = readonly [name: string, value: string]

/** The IDs of generic images, as hcloud-talos takes them since 3.4: one for each architecture. */
export function moduleIds(snapshots: readonly ResultSnapshot[]): Variable[] {
  return ARCHITECTURES.flatMap((architecture): Variable[] => {
    const generic = snapshots.filter((one) => one.role === null && one.architecture === architecture)
    const id = onlyOf(generic.map((one) => String(one.id)))
    return id === undefined ? [] : [[`talos_image_id_${architecture}`, id]]
  })
}

/** The selectors that hcloud-talos took before. A role without images of its own uses the generic ones, if there are any. */
export function moduleSelectors(snapshots: readonly ResultSnapshot[]): Variable[] {
  const selectorsOf = (wanted: string | null): string[] =>
    snapshots.filter(({ role }) => role === wanted).map(({ selector }) => selector)
  return HCLOUD_TALOS_ROLES.flatMap((role): Variable[] => {
    const own = selectorsOf(role)
    const selector = onlyOf(own.length > 0 ? own : selectorsOf(null))
    return selector === undefined ? [] : [[`${terraformRole(role)}_image_selector`, selector]]
  })
}

/** Undefined for several, since none of them is more right than another. */
function onlyOf(values: readonly string[]): string | undefined {
  const [only, ...others] = new Set(values)
  return others.length === 0 ? only : undefined
}

/** The snapshots of one project; `project` is missing when it was not named. */
interface OwnSnapshots {
  readonly project?: string
  readonly snapshots: readonly ResultSnapshot[]
}

/**
 * The variables of the hcloud-talos module, and a data source for each image.
 * @param snapshots for selectors and data sources, which are the same in all projects
 * @param projects for the IDs, which are not
 */
export function formatTerraform(
  snapshots: readonly ResultSnapshot[],
  projects: readonly OwnSnapshots[] = [{ snapshots }],
): string {
  const names = new Map<string, number>()
  const sources = snapshots.map((snapshot) => {
    const name = `talos_${terraformKey(snapshot)}`
    const count = (names.get(name) ?? 0) + 1
    names.set(name, count)
    return formatDataSource(snapshot, count === 1 ? name : `${name}_${count}`)
  })
  return [
    ...projects.flatMap(({ project, snapshots: own }) =>
      formatVariables(`hcloud-talos 3.4 and newer${project === undefined ? '' : `, in ${project}`}`, moduleIds(own)),
    ),
    ...formatVariables('older hcloud-talos, which selects by labels', moduleSelectors(snapshots)),
    ...sources,
  ].join('\n\n')
}

/** As `terraform fmt` would. */
function formatVariables(comment: string, variables: readonly Variable[]): string[] {
  if (variables.length === 0) return []
  const width = Math.max(...variables.map(([name]) => name.length))
  return [[`# ${comment}`, ...variables.map(([name, value]) => `${name.padEnd(width)} = "${value}"`)].join('\n')]
}

function formatDataSource({ selector, architecture }: ResultSnapshot, name: string): string {
  return `data "hcloud_image" "${name}" {
  with_selector     = "${selector}"
  with_architecture = "${architecture}"
  most_recent       = true
}`
}
