/** The lease on everything temporary: renewed while the run lives, so that a later run can tell what was abandoned. */

import type { Labels } from '../domain.ts'
import { temporaryLabels } from '../plan/labels.ts'
import type { Clock } from '../util/clock.ts'

/** How long a lease lasts. */
export const LEASE_MS = 15 * 60_000
const RENEW_EVERY_MS = 5 * 60_000

export class Lease {
  readonly #runId: string
  readonly #clock: Clock
  /** Each resource with its renewal that is under way. */
  readonly #held = new Map<(labels: Labels) => Promise<unknown>, Promise<unknown>>()
  readonly #end = new AbortController()
  readonly #renewing: Promise<void>

  constructor(runId: string, clock: Clock) {
    this.#runId = runId
    this.#clock = clock
    this.#renewing = this.#renewForEver()
  }

  /** The labels that a temporary resource is made with now. */
  labels(): Labels {
    return temporaryLabels(this.#runId, this.#clock.now() + LEASE_MS)
  }

  /**
   * From now on renews the lease of a resource. The function that comes back stops that, and waits for a renewal that
   * is under way: a late one would take the published labels off a snapshot again.
   */
  hold(setLabels: (labels: Labels) => Promise<unknown>): () => Promise<void> {
    this.#held.set(setLabels, Promise.resolve())
    return async () => {
      const underWay = this.#held.get(setLabels)
      this.#held.delete(setLabels)
      await underWay
    }
  }

  /** Ends all renewing. */
  async close(): Promise<void> {
    this.#end.abort()
    await this.#renewing
    await Promise.all(this.#held.values())
  }

  async #renewForEver(): Promise<void> {
    while (!this.#end.signal.aborted) {
      try {
        await this.#clock.sleep(RENEW_EVERY_MS, this.#end.signal)
      } catch {
        return
      }
      for (const setLabels of this.#held.keys()) {
        // A renewal that fails is made up for by the next one, well before the lease lapses.
        this.#held.set(
          setLabels,
          setLabels(this.labels()).catch(() => undefined),
        )
      }
    }
  }
}
