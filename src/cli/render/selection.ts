/** What a selector picks, as people read it. */

import type { Image } from '../../hetzner/wire.ts'
import { roleOf } from '../../plan/labels.ts'
import { talosVersionOf } from '../../plan/series.ts'
import { type Column, fitTable } from './columns.ts'
import { foldLines } from './fold.ts'
import { formatTime } from './units.ts'

/** @param matching newest first @param width of the terminal */
export function formatSelection(
  selector: string,
  matching: readonly Image[],
  width = Number.POSITIVE_INFINITY,
): string {
  const [first] = matching
  const columns: readonly Column<Image>[] = [
    { heading: '', show: (image) => (image === first ? '=>' : '') },
    { heading: 'ID', show: ({ id }) => String(id) },
    { heading: 'ARCH', show: ({ architecture }) => architecture, spare: 1 },
    { heading: 'ROLE', show: ({ labels }) => roleOf(labels) ?? '-' },
    { heading: 'VERSION', show: (image) => talosVersionOf(image) ?? '-' },
    { heading: 'CREATED (UTC)', show: ({ created }) => formatTime(created) },
    { heading: 'DESCRIPTION', show: ({ description }) => description, spare: 2 },
  ]
  const architecture = first?.architecture
  const why =
    matching.length === 1
      ? `the only ${architecture} snapshot that matches`
      : `the newest of ${matching.length} ${architecture} snapshots that match`
  const verdict = `Terraform with most_recent takes ${first?.id}: ${why} "${selector}".`
  return `${fitTable(columns, matching, width)}\n${foldLines(verdict, width)}\n`
}
