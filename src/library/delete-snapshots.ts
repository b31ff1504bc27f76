/** Deleting snapshots by ID: all of them or, when one must not go, none. */

import { type Problem, TalosImageError, throwProblems } from '../errors.ts'
import type { HetznerClient } from '../hetzner/client.ts'
import type { Snapshot } from '../hetzner/snapshot.ts'
import { isApiFailure } from '../hetzner/transport/api-failure.ts'
import { describeUsers, IN_USE_HINT, lookUpUsers, type SnapshotUsers } from '../plan/users.ts'
import { doEach, ProblemCollector } from '../util/problem-collector.ts'

/** What may be deleted, beside Talos snapshots that are in no use. */
export interface DeleteOptions {
  /** Also snapshots without the label `os=talos`. False by default. */
  readonly force?: boolean | undefined
  /** Also snapshots that a server of the project was made from, which cannot be rebuilt from it then. False by default. */
  readonly evenInUse?: boolean | undefined
  /** Aborting it keeps what is not deleted yet; the function then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Deletes snapshots; none when one of them is not there, protected, in use or no Talos snapshot.
 * @param ids each counts once
 * @returns what was deleted
 * @throws ProblemsError `not-found` and `usage` with everything that keeps one from being deleted, before any is; `api` with the
 * deletion that was refused, which ends it
 * @throws TalosImageError `token`, `api` or `network` when the project cannot be asked
 */
export async function deleteSnapshots(
  hetzner: HetznerClient,
  ids: readonly number[],
  options: DeleteOptions = {},
): Promise<readonly Snapshot[]> {
  const { signal } = options
  const { snapshots, problems } = await lookUpDeletion(hetzner, await getSnapshots(hetzner, ids, signal), options)
  throwProblems(problems)
  const { done, problems: refused } = await deleteEach(hetzner, snapshots, signal)
  signal?.throwIfAborted()
  throwProblems(refused)
  return done
}

/** Deletes one after the other, until one is refused. */
export function deleteEach(hetzner: HetznerClient, snapshots: readonly Snapshot[], signal: AbortSignal | undefined) {
  return doEach(snapshots, ({ id }) => hetzner.images.delete(id, { signal }))
}

/** What surprises those who have several projects. */
export const STAYS =
  'snapshots cannot move between projects, each needs its own (--project NAME looks into another one)'

/** Snapshots by ID, and what those that are not there come to. */
export interface FoundSnapshots {
  readonly snapshots: readonly Snapshot[]
  readonly problems: readonly Problem[]
}

/** Each once, in the given order. @throws TalosImageError `token`, `api` or `network` when the project cannot be asked */
export async function getSnapshots(
  hetzner: HetznerClient,
  ids: readonly number[],
  signal?: AbortSignal,
): Promise<FoundSnapshots> {
  const problems: Problem[] = []
  const found = await Promise.all(
    [...new Set(ids)].map((id) =>
      hetzner.images.get(id, { signal }).catch((error: unknown) => {
        if (!isApiFailure(error, 'not_found')) throw error
        const message = `there is no snapshot ${id} in this project`
        problems.push({ code: 'not-found', message, hint: `see what there is: \`talos-image list\`; ${STAYS}` })
      }),
    ),
  )
  return { snapshots: found.filter((one) => one !== undefined), problems }
}

/** @throws TalosImageError `not-found` when the project has no image with this ID */
export async function getSnapshot(hetzner: HetznerClient, id: number, signal: AbortSignal): Promise<Snapshot> {
  const {
    snapshots: [snapshot],
    problems,
  } = await getSnapshots(hetzner, [id], signal)
  throwProblems(problems)
  if (snapshot === undefined) throw new TalosImageError({ code: 'not-found', message: `there is no snapshot ${id}` })
  return snapshot
}

/** Snapshots that are to be deleted, the servers that were made from them, and everything that keeps one from it. */
export async function lookUpDeletion(
  hetzner: HetznerClient,
  { snapshots, problems: missing }: FoundSnapshots,
  { force = false, evenInUse = false, signal }: DeleteOptions,
): Promise<FoundSnapshots & { readonly users: SnapshotUsers }> {
  const users = await lookUpUsers(hetzner, signal)
  const problems = new ProblemCollector()
  problems.add(...missing)
  for (const snapshot of snapshots) {
    const refusal = findRefusal(snapshot, force)
    problems.add(refusal)
    const servers = users.get(snapshot.id) ?? []
    if (refusal !== undefined || evenInUse || servers.length === 0) continue
    problems.add({
      code: 'usage',
      message: `${nameOf(snapshot)} is in use: ${describeUsers(servers)}`,
      hint: IN_USE_HINT,
    })
  }
  return { snapshots, users, problems: problems.all }
}

const nameOf = ({ id, description }: Snapshot): string => `${id} (${description})`

function findRefusal(snapshot: Snapshot, force: boolean): Problem | undefined {
  const refuse = (what: string, hint: string): Problem => ({
    code: 'usage',
    message: `${nameOf(snapshot)} ${what}`,
    hint,
  })
  if (snapshot.type !== 'snapshot') {
    return refuse(`is not a snapshot but a ${snapshot.type} image`, 'only snapshots can be deleted')
  }
  if (snapshot.labels.os !== 'talos' && !force) {
    const hint = 'if it is the one you mean, add --force'
    return refuse('does not look like a Talos snapshot: it has no label os=talos', hint)
  }
  if (!snapshot.protection.delete) return undefined
  return refuse(
    'is protected against deletion',
    `remove the protection first: \`talos-image unprotect ${snapshot.id}\``,
  )
}
