/** Finds a placement that is in stock, and waits for stock or for the project's limit on servers where that can help. */

import { TalosImageError } from '../../errors.ts'
import { isInDoubt, isNotDone } from '../../hetzner/transport/retry.ts'
import type { Placement } from '../../plan/placement.ts'
import type { PlannedImage } from '../../plan/plan.ts'
import type { ImageBuild } from '../run.ts'

/** How long to wait before the stock is looked up again. */
const LOOK_AGAIN_MS = 60_000

/**
 * Tries the placements in their order until one of them has a server.
 * - When the project's limit on servers is reached, waits until the server of another image of this run is removed.
 * - When nothing is in stock, tries again until the time that the run may wait is over.
 * @throws TalosImageError `stock` with all tries when none has; `limit` when there is no other server to wait for
 */
export async function findStock<T>(
  build: ImageBuild,
  image: PlannedImage,
  attempt: (placement: Placement, placements: readonly Placement[]) => Promise<T>,
): Promise<T> {
  const { clock, signal, stock } = build
  // Counted from the first time that nothing was in stock: the image may have waited for the limit before.
  let until: number | undefined
  let { placements } = image
  for (;;) {
    const tries: string[] = []
    for (const [index, placement] of placements.entries()) {
      try {
        return await queue(build, image, () => attempt(placement, [...image.placements, ...placements]))
      } catch (error) {
        if (!(error instanceof TalosImageError) || error.code !== 'stock') throw error
        tries.push(`${placement.serverType} in ${placement.location}: ${error.message}`)
        const last = index === placements.length - 1
        build.emit({ type: 'placement-failed', image: image.name, placement, reason: error.message, last })
      }
    }
    until ??= clock.now() + stock.waitMs
    const leftMs = until - clock.now()
    if (leftMs <= 0) throw noStock(image, tries, stock.waitMs > 0)
    const pauseMs = Math.min(LOOK_AGAIN_MS, leftMs)
    const text = `nothing is in stock; looking again in ${Math.ceil(pauseMs / 1000)} s, for ${toMinutes(leftMs)} more`
    build.emit({ type: 'note', image: image.name, text })
    // Other images must not wait for this one, which may never get a server.
    build.serverQueue.removed(image.name)
    await clock.sleep(pauseMs, signal)
    const before = placements
    placements = await stock.look(image, signal).catch((error: unknown) => {
      // A temporary error of the API does not end the wait.
      if (signal.aborted || !(isInDoubt(error) || isNotDone(error))) throw error
      return before
    })
  }
}

/** Makes the attempt; when the project's limit on servers is reached, again after another server of the run is removed. */
async function queue<T>(build: ImageBuild, { name }: PlannedImage, attempt: () => Promise<T>): Promise<T> {
  const { serverQueue, signal, clock, timeouts } = build
  // For a short time, the API may still count a removed server.
  let patientUntil = Number.NEGATIVE_INFINITY
  for (;;) {
    serverQueue.creating(name)
    try {
      const result = await attempt()
      serverQueue.created(name)
      return result
    } catch (error) {
      if (!(error instanceof TalosImageError) || error.code !== 'limit') throw error
      const text = `the project may have no more servers now; waiting until another image is done (${error.message})`
      if (serverQueue.isAlone(name)) {
        if (clock.now() > patientUntil) throw error
        await clock.sleep(timeouts.settleMs / 6, signal)
        continue
      }
      build.emit({ type: 'note', image: name, text })
      if (!(await serverQueue.waitForRemoval(name, signal))) throw error
      patientUntil = clock.now() + timeouts.settleMs
    }
  }
}

const toMinutes = (ms: number): string => `${Math.max(1, Math.round(ms / 60_000))} min`

function noStock(image: PlannedImage, tries: readonly string[], hasWaited: boolean): TalosImageError {
  const wait = hasWaited ? '' : 'wait with --wait-for-stock 30m, '
  return new TalosImageError({
    code: 'stock',
    message:
      tries.length === 0
        ? `no server for ${image.name} is in stock${image.notes.map((note) => `; ${note}`).join('')}`
        : `no server for ${image.name} is in stock; tried ${tries.join('; ')}`,
    hint: `try again later, ${wait}choose another server type or location, or allow bigger disks with --allow-bigger-disk`,
  })
}
