/** One SSH key for all images of a run. */

import { mayHaveTakenEffect } from '../../hetzner/transport/retry.ts'
import { createKeyPair } from '../../remote/key-pair.ts'
import type { CleanupScope } from '../../util/cleanup-scope.ts'
import { removeCreated } from '../remove-created.ts'
import { type Run, type RunKey, resourceName } from '../run.ts'

/**
 * Creates the run's SSH key and registers its deletion. This is the first request of a run that changes anything.
 * @throws TalosImageError `token` when the token may not write
 */
export async function createSshKey(run: Run, scope: CleanupScope): Promise<RunKey> {
  const { signal } = run
  const name = resourceName(run.id)
  const { sshKeys } = run.hetzner
  const pair = await createKeyPair(name)
  let id: number | undefined
  let inDoubt = false
  const remove = (deadline: AbortSignal): Promise<boolean> => {
    const urgent = { signal: deadline, urgent: true }
    const find = async (): Promise<number | undefined> => id ?? (await sshKeys.list({ name }, urgent))[0]?.id
    return removeCreated(run, { inDoubt, find, remove: (found) => sshKeys.delete(found, urgent) }, deadline)
  }
  scope.add({ name: `SSH key ${name}`, command: `hcloud ssh-key delete ${name}`, run: remove })
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
