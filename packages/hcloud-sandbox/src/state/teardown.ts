/** Ends a sandbox: what was started last ends first. */

import { systemClock } from '../clock.ts'

/** How long each step may take before the next one goes ahead all the same. */
const STEP_MS = 10_000

export interface Teardown {
  /** Registers how to end something; call it as soon as that thing has started. */
  add(end: () => Promise<void>): void
  /**
   * Ends everything, once; a second call waits for the same end.
   * @throws the first error, after all else has ended too
   */
  run(): Promise<void>
}

/** A teardown with nothing in it. Steps that hang do not keep the others from running: the state must be released. */
export function createTeardown(stepMs = STEP_MS): Teardown {
  const ends: (() => Promise<void>)[] = []
  let running: Promise<void> | undefined

  async function endAll(): Promise<void> {
    const errors: unknown[] = []
    for (let end = ends.pop(); end !== undefined; end = ends.pop()) {
      try {
        await withDeadline(end(), stepMs)
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }

  return {
    add(end) {
      ends.push(end)
    },
    run() {
      running ??= endAll()
      return running
    },
  }
}

async function withDeadline(work: Promise<void>, ms: number): Promise<void> {
  const timer = new AbortController()
  const late = systemClock.sleep(ms, timer.signal).catch(() => {})
  try {
    await Promise.race([work, late])
  } finally {
    timer.abort()
  }
}
