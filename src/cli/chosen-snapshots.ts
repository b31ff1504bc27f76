/** The snapshots that `delete`, `protect` and `unprotect` are told: by their IDs, or by what they are. */

import type { Problem } from '../errors.ts'
import type { HetznerClient } from '../hetzner/client.ts'
import { type FoundSnapshots, getSnapshots } from '../library/delete-snapshots.ts'
import { listSnapshots } from '../library/snapshots.ts'
import type { Parameters, Values } from './define-command.ts'
import { parseId } from './flags.ts'
import { FILTER_WORDS, filterFlags, toFilter } from './snapshot-flags.ts'

/** Snapshot IDs, or the filters of `list`. */
export const choiceFlags = {
  '[id...]': { text: 'snapshot IDs; without any: all that the flags mean', parse: parseId },
  ...filterFlags,
} as const satisfies Parameters
type Choice = Values<typeof choiceFlags>

const isFiltered = ({ arch, role, version, label }: Choice): boolean =>
  [arch, role, version, label].some((values) => values !== undefined)

/** What is wrong with how they are chosen, before anything is asked. */
export function findChoiceProblems(choice: Choice): Problem[] {
  const isNamed = choice.id.length > 0
  if (isNamed !== isFiltered(choice)) return []
  const message = isNamed
    ? 'snapshots are given by ID and by flags, and only one way can be used'
    : 'no snapshot was given'
  return [{ code: 'usage', message, hint: `give IDs, or ${FILTER_WORDS}; see what there is: \`talos-image list\`` }]
}

/** @throws TalosImageError `token`, `api` or `network` when the project cannot be asked */
export async function findChosen(hetzner: HetznerClient, choice: Choice, signal: AbortSignal): Promise<FoundSnapshots> {
  if (choice.id.length > 0) return getSnapshots(hetzner, choice.id, signal)
  const snapshots = await listSnapshots(hetzner, { ...toFilter(choice), signal })
  const hint = 'see what there is: `talos-image list`'
  const none: Problem = { code: 'not-found', message: 'no Talos snapshot of this project matches the flags', hint }
  return { snapshots, problems: snapshots.length === 0 ? [none] : [] }
}
