/** `talos-image list` */

import { isApiFailure } from '../../hetzner/transport/api-failure.ts'
import { badSelector } from '../../library/select-snapshot.ts'
import { listSnapshots } from '../../library/snapshots.ts'
import { isWanted } from '../../plan/snapshot-filter.ts'
import { toSnapshotRecord } from '../../report/snapshot.ts'
import { SORT_FIELDS } from '../../report/sort-fields.ts'
import { sortSnapshots } from '../../report/sort-snapshots.ts'
import { defineCommand } from '../define-command.ts'
import { openProject } from '../open-project.ts'
import { foldLines } from '../render/fold.ts'
import { formatSnapshots, formatSnapshotsWide } from '../render/snapshots.ts'
import { projectFlags } from '../shared-flags.ts'
import { FILTER_NAMES, FILTER_WORDS, filterFlags, parseSort, toFilter } from '../snapshot-flags.ts'

export const command = defineCommand({
  description: 'List the Talos snapshots of the project, newest first.',
  notes: 'Snapshots cannot move between projects: each needs its own.',
  examples: [
    'talos-image list --role worker --arch arm',
    'talos-image list --version v1.12 --sort version:desc',
    "talos-image list --selector 'os=talos,!role' --wide",
  ],
  groups: {
    'Which ones:': [...FILTER_NAMES, '--selector'],
    'How they are shown:': ['--sort', '--wide'],
  },
  parameters: {
    ...projectFlags,
    ...filterFlags,
    '--selector <selector>': { text: 'a Hetzner label selector', default: 'os=talos' },
    '--sort <field[:desc]>': { text: `by ${SORT_FIELDS.join(', ')}; default: created:desc`, parse: parseSort },
    '--wide': 'more columns: disk, protection, schematic, labels',
  },
  run: async (io, { selector, sort, wide, ...flags }) => {
    await using cloud = await openProject(io, flags)
    const images = await listSnapshots(cloud.hetzner, { selector, signal: io.signal }).catch((error: unknown) => {
      if (isApiFailure(error, 'invalid_input')) throw badSelector(selector, { kind: 'flag', name: '--selector' })
      throw error
    })
    const wanted = images.filter((image) => isWanted(image, toFilter(flags)))
    const asked = wanted.map((image) => toSnapshotRecord(image, cloud.factoryUrl))
    const snapshots = sort === undefined ? asked : sortSnapshots(asked, sort)
    return {
      document: { snapshots },
      text: (width) => {
        if (snapshots.length === 0 && images.length > 0) return foldLines(toNoMatch(images.length), width)
        return wide === true ? formatSnapshotsWide(snapshots, width) : formatSnapshots(snapshots, width)
      },
    }
  },
})

function toNoMatch(others: number): string {
  const there = others === 1 ? 'is 1 other' : `are ${others} others`
  return `No Talos snapshots match; there ${there}. Leave out ${FILTER_WORDS} to see more.\n`
}
