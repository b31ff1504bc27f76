/** Looking for what may have been created. */

import type { Clock } from '../util/clock.ts'

export interface FindOptions {
  /** Whether the creating request ended without an answer: what it asked for may still come to be. */
  readonly inDoubt: boolean
  /** How long a thing in doubt is looked for, in milliseconds. */
  readonly settleMs: number
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Looks once, or, for a thing in doubt, again and again for a while. */
export async function findCreated<T>(look: () => Promise<T | undefined>, options: FindOptions): Promise<T | undefined> {
  const { clock, settleMs, signal } = options
  const until = clock.now() + (options.inDoubt ? settleMs : 0)
  for (;;) {
    const found = await look()
    if (found !== undefined || clock.now() >= until) return found
    await clock.sleep(settleMs / 6, signal)
  }
}
