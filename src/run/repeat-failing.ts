/** Actions of the cloud that fail for a moment are repeated. */

import { ActionFailure } from '../hetzner/action-waiter.ts'
import type { Action } from '../hetzner/wire.ts'
import type { ImageBuild } from './run.ts'

/** How often an action is repeated after it failed. */
const MOST_REPEATS = 3

type Build = Pick<ImageBuild, 'clock' | 'emit' | 'hetzner' | 'signal' | 'timeouts'>

/**
 * Does what takes an action of the cloud, and repeats it when the action fails, with a note and a longer pause each time.
 * @param work is told how often it has failed before
 * @param image the name of the image, for the notes
 * @throws ActionFailure of the last try; any other error of `work` at once
 */
export async function repeatFailing<T>(
  { clock, emit, signal, timeouts }: Omit<Build, 'hetzner'>,
  image: string,
  work: (failures: number) => Promise<T>,
): Promise<T> {
  for (let failures = 0; ; ) {
    try {
      return await work(failures)
    } catch (error) {
      if (!(error instanceof ActionFailure) || failures === MOST_REPEATS) throw error
      failures += 1
      const text = `${error.message}; trying again (${failures} of ${MOST_REPEATS})`
      emit({ type: 'note', image, text })
      await clock.sleep((failures * timeouts.settleMs) / 6, signal)
    }
  }
}

/** Starts an action on a server and waits for its end; repeated as {@link repeatFailing} does. @param name what is waited for */
export function runAction(build: Build, image: string, name: string, start: () => Promise<Action>): Promise<void> {
  const { hetzner, signal, timeouts } = build
  const wait = { signal, timeoutMs: timeouts.actionMs, name }
  return repeatFailing(build, image, async () => hetzner.actions.wait(await start(), wait))
}
