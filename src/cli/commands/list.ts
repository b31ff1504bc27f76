/** `talos-image list` */

import { isApiFailure } from '../../hetzner/transport/api-failure.ts'
import { listSnapshots } from '../../library/snapshots.ts'
import { toSnapshotRecord } from '../../report/snapshot.ts'
import { filterSnapshots, sortSnapshots } from '../../report/snapshot-selection.ts'
import { SORT_FIELDS } from '../../report/sort-fields.ts'
import { defineCommand } from '../define-command.ts'
import { parseRoleFilter, parseSort, parseVersionFilter } from '../list-flags.ts'
import { openProject } from '../open-project.ts'
import { foldLines } from '../render/fold.ts'
import { formatSnapshots, formatSnapshotsWide } from '../render/snapshots.ts'
import { badSelector } from '../selection.ts'
import { archFlag, projectFlags } from '../shared-flags.ts'

export const command = defineCommand({
  description: 'List the Talos snapshots of the project, newest first.',
  notes: 'Snapshots cannot move between projects: each needs its own.',
  examples: [
    'talos-image list --role worker --arch arm',
    'talos-image list --version v1.12 --sort version:desc',
    "talos-image list --selector 'os=talos,!role' --wide",
  ],
  groups: {
    'Which ones:': ['--arch', '--role', '--version', '--selector'],
    'How they are shown:': ['--sort', '--wide'],
  },
  parameters: {
    ...projectFlags,
    ...archFlag(),
    '--role <role>': {
      text: 'such as worker, or none for generic images; repeatable',
      parse: parseRoleFilter,
      repeatable: true,
    },
    '--version <version>': {
      text: 'a Talos version, such as v1.13.9, or v1.13; repeatable',
      parse: parseVersionFilter,
      repeatable: true,
    },
    '--selector <selector>': { text: 'a Hetzner label selector', default: 'os=talos' },
    '--sort <field[:desc]>': { text: `by ${SORT_FIELDS.join(', ')}; default: created:desc`, parse: parseSort },
    '--wide': 'more columns: disk, protection, schematic, labels',
  },
  run: async (io, { selector, arch, role, version, sort, wide, ...flags }) => {
    await using cloud = await openProject(io, flags)
    const images = await listSnapshots(cloud.hetzner, { selector, signal: io.signal }).catch((error: unknown) => {
      if (isApiFailure(error, 'invalid_input')) throw badSelector(selector, '--selector')
      throw error
    })
    const published = images.map((image) => toSnapshotRecord(image, cloud.factoryUrl))
    const asked = filterSnapshots(published, { architectures: arch, roles: role, versions: version })
    const snapshots = sort === undefined ? asked : sortSnapshots(asked, sort)
    return {
      document: { snapshots },
      text: (width) => {
        if (snapshots.length === 0 && published.length > 0) return foldLines(toNoMatch(published.length), width)
        return wide === true ? formatSnapshotsWide(snapshots, width) : formatSnapshots(snapshots, width)
      },
    }
  },
})

function toNoMatch(others: number): string {
  const there = others === 1 ? 'is 1 other' : `are ${others} others`
  return `No Talos snapshots match; there ${there}. Leave out --arch, --role or --version to see more.\n`
}
