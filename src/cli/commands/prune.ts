/** `talos-image prune`: old snapshots that cost money. */

import type { Snapshot } from '../../hetzner/snapshot.ts'
import { deleteGoing, lookUpPrune } from '../../library/snapshots.ts'
import { toSnapshotRecord } from '../../report/snapshot.ts'
import { withProblems } from '../command-result.ts'
import { defineCommand } from '../define-command.ts'
import { parseAge, parseCount } from '../flags.ts'
import { openProject } from '../open-project.ts'
import { formatPrune } from '../render/prune.ts'
import { projectFlags } from '../shared-flags.ts'
import { FILTER_NAMES, filterFlags, toFilter } from '../snapshot-flags.ts'

export const command = defineCommand({
  description: 'Show old snapshots that can go, or delete them. Only those that talos-image made.',
  notes: `A series has the same architecture and the same labels, apart from the version.
Never deletes the newest of a series, what is protected, or what a server of
the project was made from.`,
  examples: [
    'talos-image prune --keep 2        what would go',
    'talos-image prune --keep 1 --older-than 30d --yes',
    'talos-image prune --keep 1 --label cluster=alpha --yes',
  ],
  groups: { 'Which ones are looked at:': FILTER_NAMES, 'Which of them go:': ['--keep', '--older-than', '--yes'] },
  parameters: {
    ...projectFlags,
    ...filterFlags,
    '--keep <number>': { text: 'keep so many of the newest, of each series', parse: parseCount },
    '--older-than <age>': { text: 'keep what is younger, such as 30d', parse: parseAge },
    '--yes': 'delete them',
  },
  run: async (io, { keep, olderThan, yes = false, ...flags }) => {
    await using cloud = await openProject(
      io,
      flags,
      keep === undefined && olderThan === undefined ? [NOTHING_IS_OLD] : [],
    )
    const { hetzner } = cloud
    const { signal } = io
    const options = { ...toFilter(flags), keep, olderThanMs: olderThan, signal }
    const [decisions, pricing] = await Promise.all([
      lookUpPrune(hetzner, options),
      hetzner.catalogue.pricesIfKnown({ signal }),
    ])
    const { done: deleted, problems } = await deleteGoing(hetzner, yes ? decisions : [], signal)
    const toRecord = (snapshot: Snapshot) => toSnapshotRecord(snapshot, cloud.factoryUrl)
    const records = decisions.map(({ snapshot, series, servers, goes, reason }) => ({
      ...toRecord(snapshot),
      series: series.labels,
      servers,
      goes,
      reason,
    }))
    const currency = pricing?.currency ?? null
    return {
      document: withProblems({ snapshots: records, deleted: deleted.map(toRecord), currency }, problems),
      text: (width) => {
        const lines = deleted.map(({ id, description }) => `Deleted snapshot ${id} (${description})\n`)
        const note =
          yes || decisions.every(({ goes }) => !goes) ? '' : 'Nothing was deleted. Delete what goes with --yes.\n'
        return `${formatPrune(decisions, pricing, width)}${lines.join('')}${note}`
      },
      problems,
    }
  },
})

const NOTHING_IS_OLD = {
  code: 'usage',
  message: 'prune was not told what is old',
  hint: 'say how many to keep, such as --keep 2, or how old is too old, such as --older-than 30d, or both',
} as const
