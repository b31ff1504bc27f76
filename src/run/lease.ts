/** The lease of temporary resources: renewed while the run goes on, so that later runs can recognise what was abandoned. */

import type { Labels } from '../domain.ts'
import { isApiFailure } from '../hetzner/transport/api-failure.ts'
import { temporaryLabels } from '../plan/labels.ts'
import type { Clock } from '../util/clock.ts'

/** How long a lease is valid. */
const LEASE_MS = 15 * 60_000
const RENEW_EVERY_MS = 5 * 60_000
/** How often it is looked whether it is time: a computer that has slept does not know it by its timers. */
const LOOK_EVERY_MS = 15_000
/** How often a renewal is repeated, one time soon after the other, while it does not reach the cloud or comes too late. */
const MOST_TRIES = 20

export class Lease {
  readonly #runId: string
  readonly #clock: Clock
  readonly #cloudNow: () => number
  readonly #wallNow: () => number
  /** The latest renewal of all: when it began, in the cloud's time and in this computer's. */
  #renewed: { readonly cloud: number; readonly wall: number }
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
    this.#renewed = { cloud: cloudNow(), wall: wallNow() }
    this.#renewing = this.#renewUntilClosed()
  }

  /** The labels of a temporary resource that is created now. */
  labels(): Labels {
    return temporaryLabels(this.#runId, this.#cloudNow() + LEASE_MS)
  }

  /**
   * Whether it was not renewed in time: another run may have removed what it is for, or be about to. After a sleep of this
   * computer, its own time tells so until the cloud has answered.
   */
  hasLapsed(): boolean {
    const { cloud, wall } = this.#renewed
    return Math.max(this.#cloudNow() - cloud, this.#wallNow() - wall) > LEASE_MS
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
      const [passedMs, passedHereMs] = [now.clock - last.clock, now.wall - last.wall]
      if (passedMs < RENEW_EVERY_MS && passedHereMs < RENEW_EVERY_MS) continue
      last = now
      await this.#renewInTime(passedHereMs - passedMs >= RENEW_EVERY_MS)
    }
  }

  /**
   * After a sleep the network may not be there yet, and what time it is only the first answer tells: the lease that was asked
   * for may have expired before it was written. Otherwise, when a renewal fails, the next one comes well before the lease
   * expires.
   */
  async #renewInTime(hasSlept: boolean): Promise<void> {
    for (let tries = 1; ; tries++) {
      const before = this.#cloudNow()
      const isDone = await this.#renew()
      const isLate = this.#cloudNow() - before >= RENEW_EVERY_MS
      if (tries === MOST_TRIES || this.#end.signal.aborted || !(isLate || (hasSlept && !isDone))) return
      if (!isLate) await this.#clock.sleep(LOOK_EVERY_MS, this.#end.signal).catch(() => undefined)
    }
  }

  /** @returns whether all renewals succeeded */
  async #renew(): Promise<boolean> {
    const now = { cloud: this.#cloudNow(), wall: this.#wallNow() }
    const renewals = [...this.#held.keys()].map((setLabels) => {
      const isDone = setLabels(this.labels()).then(
        () => true,
        // What is gone needs no lease.
        (error: unknown) => isApiFailure(error, 'not_found'),
      )
      this.#held.set(setLabels, isDone)
      return isDone
    })
    const areDone = (await Promise.all(renewals)).every((isDone) => isDone)
    if (areDone) this.#renewed = now
    return areDone
  }
}
