/** What a run came to, as people read it. */

import type { ResultDocument } from '../../report/result.ts'
import { formatTerraform } from '../../report/terraform.ts'
import { formatProblem } from './problem.ts'
import { formatTable } from './table.ts'
import { formatDuration } from './units.ts'

/** The table of snapshots, the selectors, the Terraform text, and what belongs to each. */
export function formatSummary(result: ResultDocument): string {
  const { snapshots } = result
  if (snapshots.length === 0) return ''
  const rows = snapshots.map((snapshot) => [
    String(snapshot.id),
    snapshot.architecture,
    snapshot.role ?? '-',
    snapshot.version ?? '-',
    snapshot.sizeGb === null ? '-' : `${snapshot.sizeGb.toFixed(2)} GB`,
    snapshot.seconds === null ? 'existing' : formatDuration(snapshot.seconds * 1000),
    snapshot.selector,
  ])
  const installers = describeInstallers(snapshots)
  return [
    formatTable(['ID', 'ARCH', 'ROLE', 'VERSION', 'SIZE', 'TIME', 'SELECTOR'], rows),
    `Terraform:\n\n${indent(formatTerraform(snapshots))}\n`,
    ...(installers.length === 0
      ? []
      : [
          `Installer, for talosctl upgrade and machine.install.image:\n\n${installers.map((line) => `  ${line}`).join('\n')}\n`,
        ]),
  ].join('\n')
}

/** Each installer once, with the roles that it is for. */
function describeInstallers(snapshots: ResultDocument['snapshots']): string[] {
  const installers = new Set(snapshots.map(({ installer }) => installer).filter((installer) => installer !== null))
  return [...installers].map((installer) => {
    const roles = new Set(snapshots.filter((one) => one.installer === installer).map(({ role }) => role ?? 'generic'))
    return roles.size === 1 && roles.has('generic') ? installer : `${installer} (${[...roles].join(', ')})`
  })
}

/** What failed and what was left behind; empty when all is well. */
export function formatFailures(result: ResultDocument): string {
  const interrupted = result.failed.filter(({ error }) => error.code === 'interrupted').map(({ image }) => image)
  const failed = result.failed
    .filter(({ error }) => error.code !== 'interrupted')
    .map(({ image, error }) => formatProblem({ ...error, message: `${image}: ${error.message}` }, 'error'))
  const leftovers = result.leftovers.map(({ name, command, reason }) =>
    formatProblem(
      { code: 'api', message: `${name} could not be removed: ${reason}`, hint: `remove it: ${command}` },
      'error',
    ),
  )
  return [...failed, formatInterrupted(interrupted, leftovers.length === 0), ...leftovers].join('')
}

function formatInterrupted(images: readonly string[], isClean: boolean): string {
  if (images.length === 0) return ''
  const verb = images.length === 1 ? 'was' : 'were'
  return `Interrupted: ${images.join(', ')} ${verb} not built.${isClean ? ' Nothing is left behind.' : ''}\n`
}

const indent = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ')
