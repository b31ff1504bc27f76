/** `talos-image outdated`: whether a newer Talos is out than what the project has. */

import { findOutdated } from '../../library/snapshots.ts'
import { roleOf } from '../../plan/labels.ts'
import type { Age } from '../../report/outdated.ts'
import { toSnapshotRecord } from '../../report/snapshot.ts'
import { defineCommand } from '../define-command.ts'
import { findFactoryFlagProblems, openProject } from '../open-project.ts'
import { type Column, fitTable } from '../render/columns.ts'
import { formatAdvice } from '../render/problem.ts'
import { noSnapshots } from '../render/snapshots.ts'
import { projectFlags } from '../shared-flags.ts'
import { FILTER_NAMES, filterFlags, toFilter } from '../snapshot-flags.ts'

export const command = defineCommand({
  description: 'Show whether a newer Talos is out than the newest snapshot of each kind.',
  examples: ['talos-image outdated', 'talos-image outdated --role worker --output json'],
  groups: { 'Which ones:': FILTER_NAMES },
  parameters: { ...projectFlags, ...filterFlags },
  run: async (io, flags) => {
    await using cloud = await openProject(io, flags, await findFactoryFlagProblems(io, flags))
    const { hetzner, factory } = cloud
    const ages = await findOutdated({ ...toFilter(flags), hetzner, factory, signal: io.signal })
    const snapshots = ages.map(({ snapshot, series, newerPatch, newerMinor }) => ({
      ...toSnapshotRecord(snapshot, cloud.factoryUrl),
      series: series.labels,
      newerPatch,
      newerMinor,
    }))
    return { document: { snapshots }, text: (width) => formatAges(ages, width) }
  },
})

const COLUMNS: readonly Column<Age>[] = [
  { heading: 'ID', show: ({ snapshot }) => String(snapshot.id), spare: 1 },
  { heading: 'ARCH', show: ({ snapshot }) => snapshot.architecture },
  { heading: 'ROLE', show: ({ snapshot }) => roleOf(snapshot.labels) ?? '-' },
  { heading: 'VERSION', show: ({ version }) => version },
  { heading: 'NEWER PATCH', show: ({ newerPatch }) => newerPatch ?? '-' },
  { heading: 'NEWER MINOR', show: ({ newerMinor }) => newerMinor ?? '-' },
]

function formatAges(ages: readonly Age[], width: number): string {
  if (ages.length === 0) return noSnapshots(width)
  const table = fitTable(COLUMNS, ages, width)
  const old = ages.filter(({ newerPatch, newerMinor }) => newerPatch !== null || newerMinor !== null)
  if (old.length === 0) return `${table}\nAll of them are the newest.\n`
  const [first] = old
  const version = first?.newerPatch ?? first?.newerMinor
  const advice = `Build a newer one: set talos_version in the var file, or: \`talos-image build --var talos_version=${version}\``
  return `${table}\n${formatAdvice(advice, width)}`
}
