/** One SSH key for all images of a run. */

import { mayHaveTakenEffect } from '../../hetzner/transport/retry.ts'
import { createKeyPair } from '../../remote/key-pair.ts'
import type { CleanupScope } from '../../util/cleanup-scope.ts'
import { findCreated } from '../find-created.ts'
import { retryUntil } from '../retry-until.ts'
import { type Run, type RunKey, resourceName } from '../run.ts'

/** @throws TalosImageError `token` when the token may not write: the first request of a run that changes anything */
export async function createSshKey(run: Run, scope: CleanupScope): Promise<RunKey> {
  const { clock, signal, timeouts } = run
  const name = resourceName(run.id)
  const { sshKeys } = run.hetzner
  const pair = await createKeyPair(name)
  let id: number | undefined
  let inDoubt = false
  const remove = async (deadline: AbortSignal): Promise<boolean> => {
    const urgent = { signal: deadline, urgent: true }
    const look = async (): Promise<number | undefined> => id ?? (await sshKeys.list({ name }, urgent))[0]?.id
    const found = await findCreated(look, { inDoubt, settleMs: timeouts.settleMs, clock, signal: deadline })
    return found !== undefined && (await sshKeys.delete(found, urgent))
  }
  scope.add({
    name: `SSH key ${name}`,
    command: `hcloud ssh-key delete ${name}`,
    run: (deadline) => retryUntil(() => remove(deadline), clock, deadline),
  })
  try {
    const key = await sshKeys.create({ name, publicKey: pair.publicKey, labels: run.lease.labels() }, { signal })
    id = key.id
  } catch (error) {
    inDoubt = mayHaveTakenEffect(error)
    throw error
  }
  const keyId = id
  run.lease.hold((labels) => sshKeys.setLabels(keyId, labels))
  return { id: keyId, pair }
}
