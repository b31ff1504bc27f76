/** The lease of temporary resources: renewed while the run goes on, so that later runs can recognise what was abandoned. */

import type { Labels } from '../domain.ts'
import { temporaryLabels } from '../plan/labels.ts'
import type { Clock } from '../util/clock.ts'

/** How long a lease is valid. */
const LEASE_MS = 15 * 60_000
const RENEW_EVERY_MS = 5 * 60_000
/** How often it is looked whether it is time: a computer that has slept does not know it by its timers. */
const LOOK_EVERY_MS = 15_000

export class Lease {
  readonly #runId: string
  readonly #clock: Clock
  readonly #cloudNow: () => number
  readonly #wallNow: () => number
  #validUntilMs: number
  /** Each resource, with its latest renewal. */
  readonly #held = new Map<(labels: Labels) => Promise<unknown>, Promise<unknown>>()
  readonly #end = new AbortController()
  readonly #renewing: Promise<void>

  /**
   * @param cloudNow the cloud's time: what other runs compare leases with
   * @param wallNow this computer's time, which also goes on while it sleeps
   */
  constructor(runId: string, clock: Clock, cloudNow: () => number, wallNow = (): number => Date.now()) {
    this.#runId = runId
    this.#clock = clock
    this.#cloudNow = cloudNow
    this.#wallNow = wallNow
    this.#validUntilMs = cloudNow() + LEASE_MS
    this.#renewing = this.#renewUntilClosed()
  }

  /** The labels of a temporary resource that is created now. */
  labels(): Labels {
    return temporaryLabels(this.#runId, this.#cloudNow() + LEASE_MS)
  }

  /** Whether it was not renewed in time: another run may have removed what it is for, or be about to. */
  hasLapsed(): boolean {
    return this.#cloudNow() > this.#validUntilMs
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
    const look = () => ({ clock: this.#clock.now(), wall: this.#wallNow() })
    let last = look()
    while (!this.#end.signal.aborted) {
      try {
        await this.#clock.sleep(LOOK_EVERY_MS, this.#end.signal)
      } catch {
        return
      }
      const now = look()
      if (now.clock - last.clock < RENEW_EVERY_MS && now.wall - last.wall < RENEW_EVERY_MS) continue
      last = now
      this.#renew()
    }
  }

  /** When a renewal fails, the next one comes well before the lease expires. */
  #renew(): void {
    const untilMs = this.#cloudNow() + LEASE_MS
    const renewals = [...this.#held.keys()].map((setLabels) => {
      const renewal = setLabels(this.labels())
      this.#held.set(
        setLabels,
        renewal.catch(() => undefined),
      )
      return renewal
    })
    Promise.all(renewals).then(
      () => {
        this.#validUntilMs = untilMs
      },
      () => undefined,
    )
  }
}
