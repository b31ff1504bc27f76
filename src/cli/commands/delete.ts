/** `talos-image delete ID...` */

import { throwProblems } from '../../errors.ts'
import { deleteEach, lookUpDeletion } from '../../library/delete-snapshots.ts'
import { describeUsers } from '../../plan/users.ts'
import { toSnapshotRecord } from '../../report/snapshot.ts'
import { choiceFlags, findChoiceProblems, findChosen } from '../chosen-snapshots.ts'
import { withProblems } from '../command-result.ts'
import { defineCommand } from '../define-command.ts'
import { openProject } from '../open-project.ts'
import { canAsk, confirm } from '../prompt/ask.ts'
import { foldLines } from '../render/fold.ts'
import { formatSnapshots } from '../render/snapshots.ts'
import { projectFlags } from '../shared-flags.ts'
import { FILTER_NAMES } from '../snapshot-flags.ts'

const UNDONE = 'nothing was deleted'

export const command = defineCommand({
  description: 'Delete snapshots: by ID, or all that the flags mean.',
  notes: `In a terminal it shows them and asks; elsewhere it needs --yes. When one of them
is protected, in use by a server or not there, none is deleted.`,
  examples: [
    'talos-image delete 400000001',
    'talos-image delete 400000002 400000003 --yes --output json',
    'talos-image delete --role worker --version v1.12 --yes',
  ],
  groups: { 'Which ones:': FILTER_NAMES, 'How:': ['--yes', '--even-in-use', '--force'] },
  parameters: {
    ...choiceFlags,
    ...projectFlags,
    '--yes': 'do not ask',
    '--even-in-use': 'also those that a server was made from',
    '--force': 'also snapshots without the label os=talos',
  },
  run: async (io, { yes = false, force = false, evenInUse = false, ...flags }) => {
    const { signal } = io
    const unasked = yes || canAsk(io) ? [] : [NOBODY_TO_ASK]
    await using cloud = await openProject(io, flags, [...findChoiceProblems(flags), ...unasked])
    const { hetzner, factoryUrl } = cloud
    const chosen = await findChosen(hetzner, flags, signal)
    const { snapshots, users, problems: refusals } = await lookUpDeletion(hetzner, chosen, { force, evenInUse, signal })
    throwProblems(refusals)
    const toRecords = (images: typeof snapshots) => images.map((image) => toSnapshotRecord(image, factoryUrl))
    if (!yes) {
      const width = io.errColumns()
      const used = snapshots.flatMap(({ id }) => {
        const servers = users.get(id) ?? []
        return servers.length === 0 ? [] : [`${foldLines(`${id} is in use: ${describeUsers(servers)}`, width)}\n`]
      })
      io.err(`${formatSnapshots(toRecords(snapshots), width)}${used.join('')}\n`)
      const what = snapshots.length === 1 ? 'this snapshot' : `these ${snapshots.length} snapshots`
      if (!(await confirm(io, `Delete ${what}?`, UNDONE))) {
        return { document: { deleted: [] }, text: 'Nothing was deleted.\n' }
      }
    }
    const { done, problems } = await deleteEach(hetzner, snapshots, signal)
    return {
      document: withProblems({ deleted: toRecords(done) }, problems),
      text: done.map(({ id, description }) => `Deleted snapshot ${id} (${description})\n`).join(''),
      problems,
    }
  },
})

const NOBODY_TO_ASK = {
  code: 'usage',
  message: `delete asks first, and there is no terminal to ask in; ${UNDONE}`,
  hint: 'add --yes; see first what goes then: `talos-image list`',
} as const
