/** The lease of temporary resources: renewed while the run goes on, so that later runs can recognise what was abandoned. */

import type { Labels } from '../domain.ts'
import { temporaryLabels } from '../plan/labels.ts'
import type { Clock } from '../util/clock.ts'

/** How long a lease is valid. */
const LEASE_MS = 15 * 60_000
const RENEW_EVERY_MS = 5 * 60_000

export class Lease {
  readonly #runId: string
  readonly #clock: Clock
  /** Each resource, with its latest renewal. */
  readonly #held = new Map<(labels: Labels) => Promise<unknown>, Promise<unknown>>()
  readonly #end = new AbortController()
  readonly #renewing: Promise<void>

  constructor(runId: string, clock: Clock) {
    this.#runId = runId
    this.#clock = clock
    this.#renewing = this.#renewUntilClosed()
  }

  /** The labels of a temporary resource that is created now. */
  labels(): Labels {
    return temporaryLabels(this.#runId, this.#clock.now() + LEASE_MS)
  }

  /**
   * Renews the lease of a resource from now on. The function that it returns stops that and waits for a running renewal,
   * which would otherwise overwrite the labels of a published snapshot.
   */
  hold(setLabels: (labels: Labels) => Promise<unknown>): () => Promise<void> {
    this.#held.set(setLabels, Promise.resolve())
    return async () => {
      const underWay = this.#held.get(setLabels)
      this.#held.delete(setLabels)
      await underWay
    }
  }

  /** Ends all renewals. */
  async close(): Promise<void> {
    this.#end.abort()
    await this.#renewing
    await Promise.all(this.#held.values())
  }

  async #renewUntilClosed(): Promise<void> {
    while (!this.#end.signal.aborted) {
      try {
        await this.#clock.sleep(RENEW_EVERY_MS, this.#end.signal)
      } catch {
        return
      }
      for (const setLabels of this.#held.keys()) {
        // When a renewal fails, the next one comes well before the lease expires.
        this.#held.set(
          setLabels,
          setLabels(this.labels()).catch(() => undefined),
        )
      }
    }
  }
}
