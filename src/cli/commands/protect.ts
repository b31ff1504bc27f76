/** `talos-image protect ID` and `unprotect ID`: against deletion, by whomever. */

import { throwProblems } from '../../errors.ts'
import { isApiFailure } from '../../hetzner/transport/api-failure.ts'
import { type CloudOptions, findCloudProblems, openCloud } from '../cloud.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { noSuchSnapshot } from '../no-such-snapshot.ts'
import { type OutputFlags, writeJson } from '../output.ts'

const TIMEOUT_MS = 60_000

/** Protects snapshots, or takes their protection off. */
export async function runProtect(
  io: Io,
  ids: readonly number[],
  isProtected: boolean,
  flags: CloudOptions & OutputFlags,
): Promise<number> {
  throwProblems(findCloudProblems(io, flags))
  const cloud = await openCloud(io, flags)
  try {
    const { images, actions } = cloud.hetzner
    const wanted = [...new Set(ids)]
    // All of them are looked at first, so that one that is not there leaves the others as they are.
    for (const id of wanted) {
      await images.get(id, { signal: io.signal }).catch((error: unknown) => {
        if (!isApiFailure(error, 'not_found')) throw error
        throw noSuchSnapshot(id)
      })
    }
    for (const id of wanted) {
      const action = await images.protect(id, isProtected, { signal: io.signal })
      const name = `snapshot ${id} to be ${isProtected ? 'protected' : 'unprotected'}`
      await actions.wait(action, { signal: io.signal, timeoutMs: TIMEOUT_MS, name })
      if (flags.output === 'text') {
        io.out(isProtected ? `Protected snapshot ${id} against deletion\n` : `Snapshot ${id} can be deleted again\n`)
      }
    }
    if (flags.output === 'json') writeJson(io, { [isProtected ? 'protected' : 'unprotected']: wanted })
    return EXIT.success
  } finally {
    await cloud.close()
  }
}
