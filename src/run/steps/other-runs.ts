/** Waiting for servers of other runs, such as those of other shards, where they are all that the project may have. */

import type { TalosImageError } from '../../errors.ts'
import { isTemporary } from '../../hetzner/transport/retry.ts'
import type { ImageBuild } from '../run.ts'
import { haveOthersServers } from '../sweep.ts'

/** How long an image waits: for some images of others, one after the other. In milliseconds. */
const LONGEST_WAIT_MS = 2 * 3_600_000

/**
 * Gives what waits after an attempt that met the project's limit on servers, and tells whether another attempt can be worth it.
 * @param image its name
 */
export function createWaitForOtherRuns(build: ImageBuild, image: string): (met: TalosImageError) => Promise<boolean> {
  const { clock, emit, hetzner, id, signal, timeouts } = build
  let until: number | undefined
  let hasLookedInVain = false
  return async ({ message }) => {
    if (clock.now() > (until ?? Number.POSITIVE_INFINITY)) return false
    const haveOthers = await haveOthersServers(hetzner, id, signal).catch((error: unknown) => {
      // What cannot be seen now may be seen at the next look.
      if (signal.aborted || !isTemporary(error)) throw error
      return true
    })
    if (!haveOthers) {
      // One may have gone since the attempt, and another one come since the look.
      if (hasLookedInVain) return false
      hasLookedInVain = true
      await clock.sleep(timeouts.settleMs / 6, signal)
      return true
    }
    hasLookedInVain = false
    if (until === undefined) {
      until = clock.now() + LONGEST_WAIT_MS
      emit({
        type: 'note',
        image,
        text: `the project may have no more servers now; waiting for those of other runs (${message})`,
      })
    }
    // Several runs that wait do not all try at once.
    await clock.sleep(timeouts.settleMs * (1 + Math.random()), signal)
    return true
  }
}
