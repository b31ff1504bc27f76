/** One SSH key for all images of a run. */

import { createKeyPair } from '../../remote/key-pair.ts'
import type { CleanupScope } from '../../util/cleanup-scope.ts'
import { persist } from '../persist.ts'
import { type Run, type RunKey, resourceName } from '../run.ts'

/** @throws TalosImageError `token` when the token may not write: the first request of a run that changes anything */
export async function createSshKey(run: Run, scope: CleanupScope): Promise<RunKey> {
  const name = resourceName(run.id)
  const { sshKeys } = run.hetzner
  const pair = await createKeyPair(name)
  let id: number | undefined
  scope.add({
    name: `SSH key ${name}`,
    command: `hcloud ssh-key delete ${name}`,
    run: (signal) =>
      persist(
        async () => {
          const urgent = { signal, urgent: true }
          const found = id ?? (await sshKeys.list({ name }, urgent))[0]?.id
          if (found !== undefined) await sshKeys.delete(found, urgent)
        },
        run.clock,
        signal,
      ),
  })
  const key = await sshKeys.create(
    { name, publicKey: pair.publicKey, labels: run.lease.labels() },
    { signal: run.signal },
  )
  id = key.id
  run.lease.hold((labels) => sshKeys.setLabels(key.id, labels))
  return { id: key.id, pair }
}
