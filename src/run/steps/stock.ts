/** Finds a placement that is in stock, and waits for stock or for the project's limit on servers where that can help. */

import { TalosImageError } from '../../errors.ts'
import { ActionFailure } from '../../hetzner/action-waiter.ts'
import { OUTAGE } from '../../hetzner/transport/api-failure.ts'
import { isPassing, isTemporary } from '../../hetzner/transport/retry.ts'
import type { Placement } from '../../plan/placement.ts'
import type { PlannedImage } from '../../plan/plan.ts'
import type { ImageBuild } from '../run.ts'
import { createWaitForOtherRuns } from './other-runs.ts'

/** How long to wait before the stock is looked up again. */
const LOOK_AGAIN_MS = 60_000
/** How often all placements are tried, one time soon after the other, while one of them fails for a moment. */
const MOST_ROUNDS = 3

/** Whether a server may be had at another placement, or later: it is out of stock, or the cloud failed for a moment. */
export function isPlacementFailure(error: unknown): error is TalosImageError {
  return (error instanceof TalosImageError && error.code === 'stock') || isMomentary(error)
}

const isMomentary = (error: unknown): boolean =>
  isPassing(error) || (error instanceof ActionFailure && error.code !== 'stock')

/**
 * Tries the placements in their order until one of them has a server.
 * - When the cloud failed for a moment at one of them, tries all of them again, twice at most.
 * - When the project's limit on servers is reached, waits until the server of another image of this run is removed, or one of another
 *   run.
 * - Before that, it waits until an earlier server of the image is gone. @param freed resolves then
 * - When nothing is in stock, or the cloud goes on failing, tries again until the time that the run may wait for stock is over.
 * @throws TalosImageError with all tries when none has: `stock`, or `api` when the cloud failed; `limit` when there is no other server to wait for
 */
export async function findStock<T>(
  build: ImageBuild,
  image: PlannedImage,
  attempt: (placement: Placement, placements: readonly Placement[]) => Promise<T>,
  freed?: Promise<void>,
): Promise<T> {
  const { clock, signal, stock, timeouts } = build
  // Counted from the first time that nothing was in stock: the image may have waited for the limit before.
  let until: number | undefined
  let { placements } = image
  // One round after the other, since the last pause.
  let outages = 0
  for (;;) {
    const tries: Tries = new Map()
    let isOutage = false
    for (const [index, placement] of placements.entries()) {
      try {
        return await queue(build, image, () => attempt(placement, [...image.placements, ...placements]), freed)
      } catch (error) {
        if (!isPlacementFailure(error)) throw error
        isOutage ||= isMomentary(error)
        const place = `${placement.serverType} in ${placement.location}`
        tries.set(error.message, [...(tries.get(error.message) ?? []), place])
        const last = index === placements.length - 1
        const { code, message: reason } = error
        build.emit({ type: 'placement-failed', image: image.name, placement, code, reason, last })
      }
    }
    if (isOutage && ++outages < MOST_ROUNDS) {
      build.emit({ type: 'note', image: image.name, text: 'the cloud may have failed for a moment; trying once more' })
      await clock.sleep((outages * timeouts.settleMs) / 6, signal)
      continue
    }
    until ??= clock.now() + stock.waitMs
    const leftMs = until - clock.now()
    if (leftMs <= 0) throw isOutage ? notCreated(image, tries) : noStock(image, tries, stock.waitMs > 0)
    outages = 0
    const pauseMs = Math.min(LOOK_AGAIN_MS, leftMs)
    const why = isOutage ? 'no server could be created' : 'nothing is in stock'
    const text = `${why}; looking again in ${Math.ceil(pauseMs / 1000)} s, for ${toMinutes(leftMs)} more`
    build.emit({ type: 'note', image: image.name, text })
    // Other images must not wait for this one, which may never get a server.
    build.serverQueue.removed(image.name)
    await clock.sleep(pauseMs, signal)
    const before = placements
    placements = await stock.look(image, signal).catch((error: unknown) => {
      // A temporary error of the API does not end the wait.
      if (signal.aborted || !isTemporary(error)) throw error
      return before
    })
  }
}

/** Makes the attempt; when the project's limit on servers is reached, again after another server is removed. */
async function queue<T>(
  build: ImageBuild,
  { name }: PlannedImage,
  attempt: () => Promise<T>,
  freed?: Promise<void>,
): Promise<T> {
  let freeing = freed
  const { serverQueue, signal, clock, timeouts } = build
  // For a short time, the API may still count a removed server.
  let patientUntil = Number.NEGATIVE_INFINITY
  const waitForOtherRuns = createWaitForOtherRuns(build, name)
  for (;;) {
    serverQueue.creating(name)
    try {
      const result = await attempt()
      serverQueue.created(name)
      return result
    } catch (error) {
      if (!(error instanceof TalosImageError) || error.code !== 'limit') throw error
      if (freeing !== undefined) {
        await freeing
        signal.throwIfAborted()
        freeing = undefined
        patientUntil = clock.now() + timeouts.settleMs
        continue
      }
      if (serverQueue.isAlone(name)) {
        if (clock.now() <= patientUntil) {
          await clock.sleep(timeouts.settleMs / 6, signal)
          continue
        }
        if (!(await waitForOtherRuns(error))) throw error
        continue
      }
      const text = `the project may have no more servers now; waiting until another image is done (${error.message})`
      build.emit({ type: 'note', image: name, text })
      if (!(await serverQueue.waitForRemoval(name, signal))) throw error
      patientUntil = clock.now() + timeouts.settleMs
    }
  }
}

const toMinutes = (ms: number): string => `${Math.max(1, Math.round(ms / 60_000))} min`

/** The placements that were tried, by why there was no server. */
type Tries = Map<string, readonly string[]>

const describeTries = (tries: Tries): string =>
  [...tries].map(([reason, places]) => `${places.join(', ')}: ${reason}`).join('; ')

function notCreated(image: PlannedImage, tries: Tries): TalosImageError {
  const message = `no server for ${image.name} could be created; tried ${describeTries(tries)}`
  return new TalosImageError({ code: 'api', message, hint: OUTAGE })
}

function noStock(image: PlannedImage, tries: Tries, hasWaited: boolean): TalosImageError {
  const wait = hasWaited ? '' : 'wait with --wait-for-stock 30m, '
  return new TalosImageError({
    code: 'stock',
    message:
      tries.size === 0
        ? `no server for ${image.name} is in stock${image.notes.map((note) => `; ${note}`).join('')}`
        : `no server for ${image.name} is in stock; tried ${describeTries(tries)}`,
    hint: `try again later, ${wait}choose another server type or location, allow bigger disks with --allow-bigger-disk, or keep an older snapshot with --allow-older`,
  })
}
