/** `talos-image protect ID...` and `unprotect ID...`: against deletion, by this tool or any other program. */

import { throwProblems } from '../../errors.ts'
import { toSnapshotRecord } from '../../report/snapshot.ts'
import { doEach } from '../../util/problem-collector.ts'
import { choiceFlags, findChoiceProblems, findChosen } from '../chosen-snapshots.ts'
import { withProblems } from '../command-result.ts'
import { defineCommand } from '../define-command.ts'
import { openProject } from '../open-project.ts'
import { projectFlags } from '../shared-flags.ts'
import { FILTER_NAMES } from '../snapshot-flags.ts'

const TIMEOUT_MS = 60_000

export const command = defineProtection('protect', true, 'Protect snapshots against deletion.')
export const unprotect = defineProtection('unprotect', false, 'Remove the protection of snapshots.')

function defineProtection(name: string, isProtected: boolean, description: string) {
  return defineCommand({
    description,
    examples: [`talos-image ${name} 400000001`, `talos-image ${name} --role control-plane --version v1.12`],
    groups: { 'Which ones:': FILTER_NAMES },
    parameters: { ...choiceFlags, ...projectFlags },
    run: async (io, flags) => {
      await using cloud = await openProject(io, flags, findChoiceProblems(flags))
      const { images, actions } = cloud.hetzner
      const { signal } = io
      // All of them are looked at first, so that one that is not there leaves the others as they are.
      const { snapshots, problems: missing } = await findChosen(cloud.hetzner, flags, signal)
      throwProblems(missing)
      const { done, problems } = await doEach(snapshots, async ({ id }) => {
        const action = await images.protect(id, isProtected, { signal })
        const what = `snapshot ${id} to be ${isProtected ? 'protected' : 'unprotected'}`
        await actions.wait(action, { signal, timeoutMs: TIMEOUT_MS, name: what })
      })
      const records = done.map((one) => ({
        ...toSnapshotRecord(one, cloud.factoryUrl),
        protected: isProtected,
      }))
      return {
        document: withProblems({ [isProtected ? 'protected' : 'unprotected']: records }, problems),
        text: done
          .map(({ id }) =>
            isProtected ? `Protected snapshot ${id} against deletion\n` : `Snapshot ${id} can be deleted again\n`,
          )
          .join(''),
        problems,
      }
    },
  })
}
