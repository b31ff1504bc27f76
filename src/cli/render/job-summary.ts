/** What a run came to, as Markdown for the page of a job in GitHub Actions. */

import type { ProjectResult } from '../../report/projects.ts'
import { formatTerraform } from '../../report/terraform.ts'
import { oneLine } from './event-line.ts'
import { formatGantt } from './gantt.ts'
import { adviceFor } from './summary.ts'
import { formatDuration, formatGigabytes } from './units.ts'

/** The heading, the snapshots, what failed, what was left behind, a timeline, and the text for Terraform; of one project, if it is named. */
export function formatJobSummary(result: ProjectResult): string {
  const { snapshots, failed, leftovers, talosVersion, timeline } = result
  const count = snapshots.length + new Set(failed.map(({ image }) => image)).size
  const project = result.project !== undefined ? `${escapeMarkdown(result.project)}: ` : ''
  const parts = [`### ${project}Talos ${escapeMarkdown(talosVersion)}: ${snapshots.length} of ${count} snapshots\n`]
  if (snapshots.length > 0) {
    const rows = snapshots.map((snapshot) => [
      code(String(snapshot.id)),
      snapshot.architecture,
      snapshot.role ?? 'generic',
      escapeMarkdown(snapshot.version ?? '-'),
      formatGigabytes(snapshot.sizeGb),
      snapshot.seconds === null ? 'existed' : formatDuration(snapshot.seconds * 1000),
      code(snapshot.selector),
    ])
    parts.push(formatMarkdownTable(['Snapshot', 'Architecture', 'Role', 'Talos', 'Size', 'Time', 'Selector'], rows))
  }
  if (failed.length > 0) {
    const rows = failed.map(({ image, error }) => [
      escapeMarkdown(image),
      escapeMarkdown(error.message),
      escapeMarkdown(adviceFor(error)),
    ])
    parts.push('#### Not built\n', formatMarkdownTable(['Image', 'Why', 'What to do'], rows))
  }
  if (leftovers.length > 0) {
    const rows = leftovers.map(({ name, reason, command }) => [
      escapeMarkdown(name),
      escapeMarkdown(reason),
      code(command),
    ])
    parts.push('#### Left behind, and paid for\n', formatMarkdownTable(['What', 'Why', 'Remove it'], rows))
  }
  const gantt = timeline === undefined ? '' : formatGantt(timeline)
  if (gantt !== '') parts.push(`#### Timeline\n\n\`\`\`mermaid\n${gantt}\`\`\`\n`)
  if (snapshots.length > 0) {
    const terraform = formatTerraform(snapshots)
    parts.push(`<details><summary>Terraform</summary>\n\n\`\`\`hcl\n${terraform.trimEnd()}\n\`\`\`\n\n</details>\n`)
  }
  return `${parts.join('\n')}\n`
}

function formatMarkdownTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`
  return [headings, headings.map(() => '---'), ...rows].map(line).join('')
}

/** Words of others: nothing in them is Markdown, HTML, or the end of a cell. */
function escapeMarkdown(text: string): string {
  return oneLine(text).replaceAll(/[&<>|*_`[\]\\#!~@]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

const code = (text: string): string => `<code>${escapeMarkdown(text)}</code>`
