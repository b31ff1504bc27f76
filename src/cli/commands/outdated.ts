/** `talos-image outdated`: whether a newer Talos is out than what the project has. */

import { throwProblems } from '../../errors.ts'
import { LEASE_LABEL } from '../../plan/labels.ts'
import { type Age, findAges } from '../../report/outdated.ts'
import { type CloudOptions, findCloudProblems, openCloud } from '../cloud.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { type OutputFlags, writeJson } from '../output.ts'
import { formatTable } from '../render/table.ts'

/** Compares the newest snapshot of each role and architecture with what the Image Factory has. */
export async function runOutdated(io: Io, flags: CloudOptions & OutputFlags): Promise<number> {
  throwProblems(findCloudProblems(io, flags))
  const cloud = await openCloud(io, flags)
  try {
    const [snapshots, versions] = await Promise.all([
      cloud.hetzner.images.listSnapshots({ labelSelector: `os=talos,!${LEASE_LABEL}` }, { signal: io.signal }),
      cloud.factory.versions(io.signal),
    ])
    const ages = findAges(snapshots, versions)
    if (flags.output === 'json') writeJson(io, { images: ages })
    else io.out(formatAges(ages))
    return EXIT.success
  } finally {
    await cloud.close()
  }
}

function formatAges(ages: readonly Age[]): string {
  if (ages.length === 0) return 'No Talos snapshots. `talos-image build` makes some.\n'
  const rows = ages.map(({ architecture, role, snapshot, version, newerPatch, newerMinor }) => [
    String(snapshot),
    architecture,
    role ?? '-',
    version,
    newerPatch ?? '-',
    newerMinor ?? '-',
  ])
  const table = formatTable(['ID', 'ARCH', 'ROLE', 'VERSION', 'NEWER PATCH', 'NEWER MINOR'], rows)
  const old = ages.filter(({ newerPatch, newerMinor }) => newerPatch !== null || newerMinor !== null)
  if (old.length === 0) return `${table}\nAll of them are the newest.\n`
  const [first] = old
  const version = first?.newerPatch ?? first?.newerMinor
  return `${table}\nBuild a newer one: set talos_version in the var file, or: talos-image build --var talos_version=${version}\n`
}
