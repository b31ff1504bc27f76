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
  const installers = [...new Map(snapshots.map(({ installer, role }) => [installer, role]))].filter(
    ([installer]) => installer !== null,
  )
  return [
    formatTable(['ID', 'ARCH', 'ROLE', 'VERSION', 'SIZE', 'TIME', 'SELECTOR'], rows),
    `Terraform:\n\n${indent(formatTerraform(snapshots))}\n`,
    ...(installers.length === 0
      ? []
      : [
          `Installer, for talosctl upgrade and machine.install.image:\n\n${installers
            .map(([installer, role]) => `  ${installer}${role === null ? '' : ` (${role})`}`)
            .join('\n')}\n`,
        ]),
  ].join('\n')
}

/** What failed and what was left behind; empty when all is well. */
export function formatFailures(result: ResultDocument): string {
  const failed = result.failed.map(({ image, error }) =>
    formatProblem({ ...error, message: `${image}: ${error.message}` }, 'error'),
  )
  const leftovers = result.leftovers.map(({ name, command, reason }) =>
    formatProblem(
      { code: 'api', message: `${name} could not be removed: ${reason}`, hint: `remove it: ${command}` },
      'error',
    ),
  )
  return [...failed, ...leftovers].join('')
}

const indent = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ')
