/** `talos-image prune`: old snapshots that cost money. */

import { decidePrune } from '../../plan/prune.ts'
import { toSnapshotRecord } from '../../report/snapshot.ts'
import { withProblems } from '../command-result.ts'
import { defineCommand } from '../define-command.ts'
import { parseAge, parseCount, parseLabelTerm } from '../flags.ts'
import { openProject } from '../open-project.ts'
import { formatPrune } from '../render/prune.ts'
import { projectFlags } from '../shared-flags.ts'
import { doEach } from '../snapshots-by-id.ts'

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
  parameters: {
    ...projectFlags,
    '--keep <number>': { text: 'keep so many of the newest, of each series', parse: parseCount },
    '--older-than <age>': { text: 'keep what is younger, such as 30d', parse: parseAge },
    '--label <key[=value]>': {
      text: 'look only at those with this label; repeatable',
      parse: parseLabelTerm,
      repeatable: true,
    },
    '--yes': 'delete them',
  },
  run: async (io, { keep, olderThan, label = [], yes = false, ...flags }) => {
    await using cloud = await openProject(
      io,
      flags,
      keep === undefined && olderThan === undefined ? [NOTHING_IS_OLD] : [],
    )
    const { hetzner } = cloud
    const { signal } = io
    const [snapshots, servers, pricing] = await Promise.all([
      hetzner.images.listSnapshots({ labelSelector: 'os=talos' }, { signal }),
      hetzner.servers.list({}, { signal }),
      hetzner.catalogue.pricing({ signal }),
    ])
    const inUse = new Set(servers.flatMap(({ image }) => (image === null ? [] : [image.id])))
    const labels = Object.fromEntries(label)
    const decisions = decidePrune(snapshots, inUse, { keep, labels, olderThanMs: olderThan, nowMs: Date.now() })
    const going = decisions.flatMap(({ snapshot, goes }) => (goes ? [snapshot] : []))
    // One that was protected in the meantime must not keep the others.
    const { done: deleted, problems } = await doEach(
      yes ? going : [],
      ({ id }) => hetzner.images.delete(id, { signal }),
      { goOn: true },
    )
    const records = decisions.map(({ snapshot, series, goes, reason }) => ({
      ...toSnapshotRecord(snapshot, cloud.factoryUrl),
      series: series.labels,
      goes,
      reason,
    }))
    const { currency } = pricing
    return {
      document: withProblems({ snapshots: records, deleted: deleted.map(({ id }) => id), currency }, problems),
      text: (width) => {
        const lines = deleted.map(({ id, description }) => `Deleted snapshot ${id} (${description})\n`)
        const note = yes || going.length === 0 ? '' : 'Nothing was deleted. Delete what goes with --yes.\n'
        return `${formatPrune(decisions, pricing, width)}${lines.join('')}${note}`
      },
      problems,
    }
  },
})

const NOTHING_IS_OLD = {
  code: 'usage',
  message: 'prune does not know what is old',
  hint: 'say how many to keep, such as --keep 2, or how old is too old, such as --older-than 30d, or both',
} as const
