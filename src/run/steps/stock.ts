/** Looking for a server: placement by placement, again when more may be in stock, after others when there is a limit. */

import { TalosImageError } from '../../errors.ts'
import { isInDoubt, isNotDone } from '../../hetzner/transport/retry.ts'
import type { Placement } from '../../plan/placement.ts'
import type { PlannedImage } from '../../plan/plan.ts'
import type { ImageBuild } from '../run.ts'

/** How long to wait until the stock is looked at again, in milliseconds. */
const LOOK_AGAIN_MS = 60_000

/**
 * Tries the placements in their order until one of them has a server.
 * - Where the project's limit on servers is reached, waits for another image of the same run to be done with its own.
 * - Where nothing is in stock, looks again and again as long as the run may wait for that.
 * @throws TalosImageError `stock` with all tries when none has; `limit` when there is nothing to wait for
 */
export async function findStock<T>(
  build: ImageBuild,
  image: PlannedImage,
  attempt: (placement: Placement, placements: readonly Placement[]) => Promise<T>,
): Promise<T> {
  const { clock, signal, stock } = build
  // Counted from when nothing was in stock: an image may have queued for long before.
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
    // Who waits for another image's server must not wait for one that may never come.
    build.serverQueue.removed(image.name)
    await clock.sleep(pauseMs, signal)
    const before = placements
    placements = await stock.look(image, signal).catch((error: unknown) => {
      // One bad moment of the API must not end a wait of half an hour.
      if (signal.aborted || !(isInDoubt(error) || isNotDone(error))) throw error
      return before
    })
  }
}

/** Makes the attempt, again after another server of the run has gone if the project may have no more at once. */
async function queue<T>(build: ImageBuild, { name }: PlannedImage, attempt: () => Promise<T>): Promise<T> {
  const { serverQueue, signal, clock, timeouts } = build
  // What was removed may be counted for a moment longer.
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
