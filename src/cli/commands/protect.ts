/** `talos-image protect ID...` and `unprotect ID...`: against deletion, by this tool or any other program. */

import { doEach } from '../../util/problem-collector.ts'
import { withProblems } from '../command-result.ts'
import { defineCommand } from '../define-command.ts'
import { openProject } from '../open-project.ts'
import { idsArgument, projectFlags } from '../shared-flags.ts'
import { getSnapshot } from '../snapshots-by-id.ts'

const TIMEOUT_MS = 60_000

export const command = defineProtection('protect', true, 'Protect snapshots against deletion.')
export const unprotect = defineProtection('unprotect', false, 'Take the protection of snapshots off.')

function defineProtection(name: string, isProtected: boolean, description: string) {
  return defineCommand({
    description,
    examples: [`talos-image ${name} 400000001`, `talos-image ${name} 400000001 400000002`],
    parameters: { ...idsArgument, ...projectFlags },
    run: async (io, { id: ids, ...flags }) => {
      await using cloud = await openProject(io, flags)
      const { images, actions } = cloud.hetzner
      const { signal } = io
      const wanted = [...new Set(ids)]
      // All of them are looked at first, so that one that is not there leaves the others as they are.
      for (const id of wanted) await getSnapshot(cloud.hetzner, id, signal)
      const { done, problems } = await doEach(wanted, async (id) => {
        const action = await images.protect(id, isProtected, { signal })
        const what = `snapshot ${id} to be ${isProtected ? 'protected' : 'unprotected'}`
        await actions.wait(action, { signal, timeoutMs: TIMEOUT_MS, name: what })
      })
      return {
        document: withProblems({ [isProtected ? 'protected' : 'unprotected']: done }, problems),
        text: done
          .map((id) =>
            isProtected ? `Protected snapshot ${id} against deletion\n` : `Snapshot ${id} can be deleted again\n`,
          )
          .join(''),
        problems,
      }
    },
  })
}
