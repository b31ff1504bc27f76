/** Finding and removing what a run has created, or may have created. */

import { retryUntil } from './retry-until.ts'
import type { Run } from './run.ts'

export interface Created<Found> {
  /** Whether a creating request ended without an answer: what it asked for may still come to exist. */
  readonly inDoubt: boolean
  readonly find: () => Promise<Found | undefined>
  /** @returns whether it still existed */
  readonly remove: (found: Found) => Promise<boolean>
}

/**
 * Removes something, and tries again until the deadline. Something in doubt is looked for repeatedly, for
 * `timeouts.settleMs`, before it counts as not there.
 * @returns whether it existed
 * @throws the last error, when the deadline has passed or trying again cannot help
 */
export function removeCreated<Found>(
  { clock, timeouts: { settleMs } }: Pick<Run, 'clock' | 'timeouts'>,
  { inDoubt, find, remove }: Created<Found>,
  deadline: AbortSignal,
): Promise<boolean> {
  const findInTime = async (): Promise<Found | undefined> => {
    const until = clock.now() + (inDoubt ? settleMs : 0)
    for (;;) {
      const found = await find()
      if (found !== undefined || clock.now() >= until) return found
      await clock.sleep(settleMs / 6, deadline)
    }
  }
  return retryUntil(
    async () => {
      const found = await findInTime()
      return found !== undefined && (await remove(found))
    },
    clock,
    deadline,
  )
}
