/** What a run came to, as people read it. */

import type { Problem } from '../../errors.ts'
import type { ResultDocument, ResultSnapshot } from '../../report/result.ts'
import { formatTerraform } from '../../report/terraform.ts'
import { type Column, fitTable } from './columns.ts'
import { formatDuration } from './units.ts'

/** The columns for a single project. */
export const COLUMNS: readonly Column<ResultSnapshot>[] = [
  { heading: 'ID', show: ({ id }) => String(id) },
  { heading: 'ARCH', show: ({ architecture }) => architecture },
  { heading: 'ROLE', show: ({ role }) => role ?? '-' },
  { heading: 'VERSION', show: ({ version }) => version ?? '-' },
  { heading: 'SIZE', show: ({ sizeGb }) => (sizeGb === null ? '-' : `${sizeGb.toFixed(2)} GB`), spare: 1 },
  {
    heading: 'TIME',
    show: ({ seconds }) => (seconds === null ? 'existing' : formatDuration(seconds * 1000)),
    spare: 2,
  },
  { heading: 'SELECTOR', show: ({ selector }) => selector, spare: 3 },
]

/**
 * The table of snapshots, the Terraform text, and the installers that belong to the snapshots.
 * @param width of the terminal, for the table: what is there to be copied is never broken
 */
export function formatSummary(result: ResultDocument, width = Number.POSITIVE_INFINITY): string {
  const { snapshots } = result
  if (snapshots.length === 0) return ''
  return [fitTable(COLUMNS, snapshots, width), ...formatUse(snapshots, 'Terraform')].join('\n')
}

/** The Terraform text and the installers that belong to snapshots. @param title of the former */
export function formatUse(snapshots: readonly ResultSnapshot[], title: string): string[] {
  const installers = describeInstallers(snapshots)
  return [
    `${title}:\n\n${indent(formatTerraform(snapshots))}\n`,
    ...(installers.length === 0
      ? []
      : [
          `Installer, for talosctl upgrade and machine.install.image:\n\n${installers.map((line) => `  ${line}`).join('\n')}\n`,
        ]),
  ]
}

/** Each installer once, with the roles that it is for. */
function describeInstallers(snapshots: ResultDocument['snapshots']): string[] {
  const installers = new Set(snapshots.map(({ installer }) => installer).filter((installer) => installer !== null))
  return [...installers].map((installer) => {
    const roles = new Set(snapshots.filter((one) => one.installer === installer).map(({ role }) => role ?? 'generic'))
    return roles.size === 1 && roles.has('generic') ? installer : `${installer} (${[...roles].join(', ')})`
  })
}

/** What is said of each failure at the end: what, where, and what to do. Images that failed alike are named together. */
export function findFailures({ failed }: ResultDocument): readonly Problem[] {
  const groups = new Map<string, { readonly error: Problem; readonly images: string[] }>()
  for (const { image, error } of failed) {
    if (error.code === 'interrupted') continue
    const key = JSON.stringify(error)
    const group = groups.get(key) ?? { error, images: [] }
    group.images.push(image)
    groups.set(key, group)
  }
  return [...groups.values()].map(({ error, images }) => ({
    ...error,
    message: `${images.join(', ')}: ${error.message}`,
    hint: adviceFor(error),
  }))
}

/** What to do about a failure, whether or not it says so itself. */
export function adviceFor({ hint }: Problem): string {
  return hint ?? 'run the same command again; if it fails again, --debug-log FILE writes down what happens'
}

/** What could not be removed, each with the command that removes it. */
export function findLeftovers({ leftovers }: Pick<ResultDocument, 'leftovers'>): readonly Problem[] {
  return leftovers.map(({ name, command, reason }) => ({
    code: 'api',
    message: `${name} could not be removed: ${reason}`,
    hint: `remove it: \`${command}\``,
  }))
}

/** The line for what was not built because it was stopped; empty when nothing was. */
export function formatInterrupted({ failed, leftovers }: ResultDocument): string {
  const images = failed.filter(({ error }) => error.code === 'interrupted').map(({ image }) => image)
  if (images.length === 0) return ''
  const verb = images.length === 1 ? 'was' : 'were'
  const rest = leftovers.length === 0 ? ' Nothing is left behind.' : ''
  return `Interrupted: ${images.join(', ')} ${verb} not built.${rest}\n`
}

const indent = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ')
