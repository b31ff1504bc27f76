/** `talos-image show ID`: everything about one snapshot. */

import { getSnapshot } from '../../library/delete-snapshots.ts'
import { selectorOf } from '../../plan/selector.ts'
import { lookUpUsers, type ServerReference } from '../../plan/users.ts'
import { type SnapshotRecord, toSnapshotRecord } from '../../report/snapshot.ts'
import { defineCommand } from '../define-command.ts'
import { parseId } from '../flags.ts'
import { openProject } from '../open-project.ts'
import { oneLine } from '../render/event-line.ts'
import { foldWords } from '../render/fold.ts'
import { formatRow } from '../render/row.ts'
import { formatGigabytes, formatTime } from '../render/units.ts'
import { projectFlags } from '../shared-flags.ts'

export const command = defineCommand({
  description: 'Show everything about one snapshot.',
  examples: [
    'talos-image show 400000001       labels, installer, servers made from it',
    'talos-image show 400000001 --output json',
  ],
  parameters: { '<id>': { text: 'a snapshot ID', parse: parseId }, ...projectFlags },
  run: async (io, { id, ...flags }) => {
    await using cloud = await openProject(io, flags)
    const [image, users] = await Promise.all([
      getSnapshot(cloud.hetzner, id, io.signal),
      lookUpUsers(cloud.hetzner, io.signal),
    ])
    const snapshot = toSnapshotRecord(image, cloud.factoryUrl)
    const servers = users.get(id) ?? []
    return { document: { snapshot, servers }, text: (width) => formatSnapshot(snapshot, servers, width) }
  },
})

function formatBootTest({ bootTested, id }: SnapshotRecord): string {
  if (bootTested === null) return `none; \`talos-image boot-test ${id}\` boots it`
  return bootTested === 'talos' ? 'Talos came up' : `Talos ${bootTested} came up`
}

function formatSnapshot(snapshot: SnapshotRecord, servers: readonly ServerReference[], width: number): string {
  const rows: readonly (readonly [string, string])[] = [
    ['description', snapshot.description],
    ['architecture', snapshot.architecture],
    ['role', snapshot.role ?? 'none: a generic image'],
    ['version', snapshot.version ?? 'unknown'],
    ['created', `${formatTime(snapshot.created)} UTC`],
    ['size', snapshot.sizeGb === null ? 'being made' : formatGigabytes(snapshot.sizeGb)],
    ['needs', `a disk of ${snapshot.diskGb} GB or more`],
    ['protected', snapshot.protected ? 'yes' : 'no'],
    ['schematic', snapshot.schematic ?? 'unknown'],
    ['installer', snapshot.installer ?? 'unknown'],
    ['boot test', formatBootTest(snapshot)],
    ['selector', selectorOf(snapshot.labels)],
    ['servers', servers.length === 0 ? 'none was made from it' : servers.map(({ name }) => name).join(', ')],
  ]
  const labels = Object.entries(snapshot.labels)
    .flatMap(([key, value]) => foldWords(oneLine(`${key}=${value}`), Math.max(1, width - 2)))
    .map((line) => `  ${line}`)
  const lines = rows.flatMap(([name, value]) => formatRow(name, value, width))
  return `Snapshot ${snapshot.id}\n${lines.join('\n')}\nlabels\n${labels.join('\n')}\n`
}
