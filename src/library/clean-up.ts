/** What interrupted runs left behind, for a program. */

import type { HetznerClient } from '../hetzner/client.ts'
import { findTemporary, isAbandoned, removeTemporary, type Temporary } from '../run/sweep.ts'
import { TIMEOUTS } from '../run/timeouts.ts'
import type { Leftover } from '../util/cleanup-scope.ts'
import { systemClock } from '../util/clock.ts'

/** What is removed, and when to stop. */
export interface CleanUpOptions {
  /** Remove all of this run at once, whether it may still be alive or not; by default what no living run claims. */
  readonly run?: string | undefined
  /** Aborting it keeps what is not removed yet. */
  readonly signal?: AbortSignal | undefined
}

/** What a clean-up came to. */
export interface CleanUpResult {
  /** "server 42 (talos-image-x-arm)" */
  readonly removed: readonly string[]
  /** What could not be removed. */
  readonly leftovers: readonly Leftover[]
}

/**
 * Removes servers, keys and unfinished snapshots that runs left behind which were killed. Every `build` does that, too.
 * Published snapshots are never touched.
 * @throws TalosImageError `usage` for what is not the ID of a run; `token`, `api` or `network` when the project cannot be asked
 */
export async function cleanUp(hetzner: HetznerClient, options: CleanUpOptions = {}): Promise<CleanUpResult> {
  const { run, signal = new AbortController().signal } = options
  const found = await findTemporary(hetzner, { run, signal })
  const removed: string[] = []
  const { leftovers } = await removeFound(hetzner, found, { run, signal, onRemoved: (name) => removed.push(name) })
  return { removed, leftovers }
}

/**
 * Removes all of a run that was found, or without a run what no living run claims.
 * @returns what was to be removed, and what of it could not be
 * @internal
 */
export async function removeFound(
  hetzner: HetznerClient,
  found: readonly Temporary[],
  options: {
    readonly run: string | undefined
    readonly signal: AbortSignal
    /** Is called with "server 42 (talos-image-x-arm)". */
    readonly onRemoved: (name: string) => void
  },
): Promise<{ readonly chosen: readonly Temporary[]; readonly leftovers: readonly Leftover[] }> {
  const { run, signal, onRemoved } = options
  const nowMs = hetzner.now()
  const chosen = run === undefined ? found.filter((one) => isAbandoned(one, nowMs)) : found
  const leftovers = await removeTemporary(hetzner, chosen, {
    clock: systemClock,
    signal,
    timeoutMs: TIMEOUTS.removeMs,
    onlyAbandoned: run === undefined,
    listener: { onRemoved: ({ name }) => onRemoved(name) },
  })
  return { chosen, leftovers }
}
