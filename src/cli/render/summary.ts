/** What a run came to, as people read it. */

import type { Problem } from '../../errors.ts'
import type { ProjectResult } from '../../report/projects.ts'
import type { ResultSnapshot } from '../../report/result.ts'
import { formatTerraform } from '../../report/terraform.ts'
import { type Column, fitTable } from './columns.ts'
import { formatDuration, formatGigabytes, formatTime } from './units.ts'

const BOOTED: Column<ResultSnapshot> = { heading: 'BOOTED', show: ({ bootTested }) => bootTested ?? 'not tested' }

const COLUMNS: readonly Column<ResultSnapshot>[] = [
  { heading: 'ID', show: ({ id }) => String(id) },
  { heading: 'ARCH', show: ({ architecture }) => architecture },
  { heading: 'ROLE', show: ({ role }) => role ?? '-' },
  { heading: 'VERSION', show: ({ version }) => version ?? '-' },
  { heading: 'SIZE', show: ({ sizeGb }) => formatGigabytes(sizeGb), spare: 1 },
  {
    heading: 'TIME',
    show: ({ seconds, status }) => (seconds === null ? status : formatDuration(seconds * 1000)),
    spare: 2,
  },
  { heading: 'SELECTOR', show: ({ selector }) => selector, spare: 3 },
]

type ProjectSnapshot = ResultSnapshot & { readonly project: string }

const PROJECT: Column<ProjectSnapshot> = { heading: 'PROJECT', show: ({ project }) => project }

/** How an image is called where projects have names: `prod/arm`. */
export const inProject = (project: string | undefined, image: string): string =>
  project === undefined ? image : `${project}/${image}`

/**
 * The table of snapshots in all projects, the Terraform text, and the installers that belong to the snapshots.
 * @param width of the terminal, for the table: what is there to be copied is never broken
 */
export function formatSummary(results: readonly ProjectResult[], width = Number.POSITIVE_INFINITY): string {
  const snapshots = results.flatMap((one) => one.snapshots)
  if (snapshots.length === 0) return ''
  const named = results.flatMap(({ project, snapshots: own }) =>
    project === undefined ? [] : own.map((one) => ({ ...one, project })),
  )
  // Only where anybody asks for it.
  const isTested = snapshots.some(({ bootTest }) => bootTest !== null)
  const columns = isTested ? COLUMNS.toSpliced(4, 0, BOOTED) : COLUMNS
  const table = named.length === 0 ? fitTable(columns, snapshots, width) : fitTable([PROJECT, ...columns], named, width)
  const title = results.length === 1 ? 'Terraform' : 'Terraform, with the token of each project'
  const differing = differingSnapshots(results)
  return [table, ...formatUse(differing, `${title}:\n\n${indent(formatTerraform(differing, results))}\n`)].join('\n')
}

/** Those of the first project, and of each other one what none before it has: the same selectors find each project's own. */
function differingSnapshots(results: readonly ProjectResult[]): readonly ResultSnapshot[] {
  const kindOf = ({ architecture, role, version }: ResultSnapshot): string => `${architecture} ${role} ${version}`
  return results.flatMap(({ snapshots }, index) => {
    const known = new Set(results.slice(0, index).flatMap((one) => one.snapshots.map(kindOf)))
    return snapshots.filter((one) => !known.has(kindOf(one)))
  })
}

/** The Terraform text, and the installers that belong to snapshots. */
function formatUse(snapshots: readonly ResultSnapshot[], terraform: string): string[] {
  const installers = describeInstallers(snapshots)
  return [
    terraform,
    ...(installers.length === 0
      ? []
      : [
          `Installer, for talosctl upgrade and machine.install.image:\n\n${installers.map((line) => `  ${line}`).join('\n')}\n`,
        ]),
  ]
}

/** Each installer once, with the roles that it is for. */
function describeInstallers(snapshots: readonly ResultSnapshot[]): string[] {
  const installers = new Set(snapshots.map(({ installer }) => installer).filter((installer) => installer !== null))
  return [...installers].map((installer) => {
    const roles = new Set(snapshots.filter((one) => one.installer === installer).map(({ role }) => role ?? 'generic'))
    return roles.size === 1 && roles.has('generic') ? installer : `${installer} (${[...roles].join(', ')})`
  })
}

/** What is said of each failure at the end; images and projects that failed alike are named together. */
export function findFailures(results: readonly ProjectResult[]): readonly Problem[] {
  const groups = new Map<string, { readonly error: Problem; readonly images: Map<ProjectResult, string[]> }>()
  for (const result of results) {
    for (const { image, error } of result.failed) {
      if (error.code === 'interrupted') continue
      const key = JSON.stringify(error)
      const group = groups.get(key) ?? { error, images: new Map() }
      group.images.set(result, [...(group.images.get(result) ?? []), image])
      groups.set(key, group)
    }
  }
  return [...groups.values()].map(({ error, images }) => {
    const names = [...images].flatMap(([result, failed]) => nameImages(result, failed))
    return { ...error, message: `${names.join(', ')}: ${error.message}`, hint: adviceFor(error) }
  })
}

/** Only the project's name, when it got none of its images. */
function nameImages({ project, failed, snapshots }: ProjectResult, images: readonly string[]): readonly string[] {
  const all = new Set(failed.map(({ image }) => image))
  if (project !== undefined && snapshots.length === 0 && images.length >= all.size) return [project]
  return images.map((image) => inProject(project, image))
}

/** What to do about a failure, whether or not it says so itself. */
export function adviceFor({ hint }: Problem): string {
  return hint ?? 'run the same command again; if it fails again, --debug-log FILE writes down what happens'
}

/** Where an older snapshot stands in for one that could not be built. */
export function findOlder(results: readonly ProjectResult[]): readonly Problem[] {
  return results.flatMap(({ project, snapshots }) =>
    snapshots.flatMap(({ status, id, version, architecture, role }) => {
      if (status !== 'older') return []
      const name = inProject(project, role === null ? architecture : `${architecture} ${role}`)
      const message = `${name}: nothing is in stock, so nothing was built; the older snapshot ${id} (${version ?? 'of an unknown version'}) stands in`
      return [{ code: 'stock', message, hint: 'run the same command again when servers are in stock' }]
    }),
  )
}

/** The servers that were kept, each with the commands that log in and remove it. */
export function findKept(results: readonly ProjectResult[]): readonly Problem[] {
  return results.flatMap(({ project, failed }) =>
    failed.flatMap(({ image, kept }): Problem[] => {
      if (kept === undefined) return []
      const message = `${inProject(project, image)}: its server ${kept.server} is kept until ${formatTime(kept.until)} UTC, and costs money`
      return [{ code: 'api', message, hint: `log in: \`${kept.login}\`; remove it: \`${kept.remove}\`` }]
    }),
  )
}

/** What could not be removed, each with the command that removes it. */
export function findLeftovers(results: readonly ProjectResult[]): readonly Problem[] {
  return results.flatMap(({ project, leftovers }) =>
    leftovers.map(({ name, command, reason }) => ({
      code: 'api' as const,
      message: `${project === undefined ? '' : `${project}: `}${name} could not be removed: ${reason}`,
      hint: `remove it: \`${command}\``,
    })),
  )
}

/** The line for what was not built because it was stopped; empty when nothing was. */
export function formatInterrupted(results: readonly ProjectResult[]): string {
  const names = results.flatMap((result) => {
    const images = result.failed.filter(({ error }) => error.code === 'interrupted').map(({ image }) => image)
    return images.length === 0 ? [] : nameImages(result, images)
  })
  if (names.length === 0) return ''
  const list = names.join(', ')
  const isNamed = results.some(({ project }) => project !== undefined)
  const what = isNamed ? `not built: ${list}` : `${list} ${names.length === 1 ? 'was' : 'were'} not built`
  const rest = results.every(({ leftovers, failed }) => leftovers.length === 0 && !failed.some(({ kept }) => kept))
    ? ' Nothing is left behind.'
    : ''
  return `Interrupted: ${what}.${rest}\n`
}

const indent = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ')
