/** What a selector picks, as people read it. */

import type { Image } from '../../hetzner/wire.ts'
import { roleOf } from '../../plan/labels.ts'
import { formatTable } from './table.ts'
import { formatTime } from './units.ts'

/** @param matching newest first */
export function formatSelection(selector: string, matching: readonly Image[]): string {
  const rows = matching.map((image, index) => [
    index === 0 ? '=>' : '',
    String(image.id),
    image.architecture,
    roleOf(image.labels) ?? '-',
    image.labels.version ?? '-',
    formatTime(image.created),
    image.description,
  ])
  const [first] = matching
  const architecture = first?.architecture
  const why =
    matching.length === 1
      ? `the only ${architecture} snapshot that matches`
      : `the newest of ${matching.length} ${architecture} snapshots that match`
  return `${formatTable(['', 'ID', 'ARCH', 'ROLE', 'VERSION', 'CREATED (UTC)', 'DESCRIPTION'], rows)}
Terraform with most_recent takes ${first?.id}: ${why} "${selector}".
`
}
