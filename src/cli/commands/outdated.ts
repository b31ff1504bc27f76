/** `talos-image outdated`: whether a newer Talos is out than what the project has. */

import { throwProblems } from '../../errors.ts'
import { LEASE_LABEL } from '../../plan/labels.ts'
import { type Age, findAges } from '../../report/outdated.ts'
import { type CloudOptions, findCloudProblems, openCloud } from '../cloud.ts'
import { findFactoryProblems } from '../connection.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { type OutputFlags, writeJson } from '../output.ts'
import { type Column, fitTable } from '../render/columns.ts'
import { foldLines } from '../render/fold.ts'

/** Compares the newest snapshot of each role and architecture with what the Image Factory has. */
export async function runOutdated(io: Io, flags: CloudOptions & OutputFlags): Promise<number> {
  throwProblems([...findCloudProblems(io, flags), ...findFactoryProblems(io, flags)])
  const cloud = await openCloud(io, flags)
  try {
    const [snapshots, versions] = await Promise.all([
      cloud.hetzner.images.listSnapshots({ labelSelector: `os=talos,!${LEASE_LABEL}` }, { signal: io.signal }),
      cloud.factory.versions(io.signal),
    ])
    const ages = findAges(snapshots, versions)
    if (flags.output === 'json') writeJson(io, { images: ages })
    else io.out(formatAges(ages, io.outColumns()))
    return EXIT.success
  } finally {
    await cloud.close()
  }
}

const COLUMNS: readonly Column<Age>[] = [
  { heading: 'ID', show: ({ snapshot }) => String(snapshot), spare: 1 },
  { heading: 'ARCH', show: ({ architecture }) => architecture },
  { heading: 'ROLE', show: ({ role }) => role ?? '-' },
  { heading: 'VERSION', show: ({ version }) => version },
  { heading: 'NEWER PATCH', show: ({ newerPatch }) => newerPatch ?? '-' },
  { heading: 'NEWER MINOR', show: ({ newerMinor }) => newerMinor ?? '-' },
]

function formatAges(ages: readonly Age[], width: number): string {
  if (ages.length === 0) return 'No Talos snapshots. `talos-image build` makes some.\n'
  const table = fitTable(COLUMNS, ages, width)
  const old = ages.filter(({ newerPatch, newerMinor }) => newerPatch !== null || newerMinor !== null)
  if (old.length === 0) return `${table}\nAll of them are the newest.\n`
  const [first] = old
  const version = first?.newerPatch ?? first?.newerMinor
  const advice = `Build a newer one: set talos_version in the var file, or: \`talos-image build --var talos_version=${version}\``
  return `${table}\n${foldLines(advice, width)}\n`
}
