/** The images of a run: they are built concurrently, each succeeds or fails on its own, and more may come meanwhile. */

import { setMaxListeners } from 'node:events'
import pLimit from 'p-limit'
import { type Problem, TalosImageError } from '../errors.ts'
import { isToDo, type Plan, type PlannedImage } from '../plan/plan.ts'
import type { CleanupScope, Leftover } from '../util/cleanup-scope.ts'
import { type BuiltImage, buildImage, testExisting } from './build-image.ts'
import type { EventListener } from './events.ts'
import { keepFailed } from './keep-server.ts'
import type { BuildResult, ExistingResult, ImageResult, RunningBuild } from './result.ts'
import type { ImageBuild, Run, RunKey } from './run.ts'
import { removeStayed } from './steps/primary-ips.ts'
import { createSshKey } from './steps/ssh-key.ts'
import { findTemporary, isAbandoned, removeTemporary } from './sweep.ts'

type Addition = Pick<Plan, 'images' | 'unpublished'>

interface RunImages {
  /**
   * Builds the images of a plan, beside those that are being built, with the same SSH key. One whose name another has gets
   * another name, since servers are called after it.
   * @param signal stops these images alone; by default that of the run
   * @throws TalosImageError when the key cannot be made; what there is of it is removed at the end
   */
  add(plan: Addition, signal?: AbortSignal): Promise<Pick<BuildResult, 'images' | 'leftovers'>>
  /** Removes what the images shared, once all are done. @returns what could not be removed */
  close(): Promise<readonly Leftover[]>
}

/** A run whose images are not all known yet. */
export interface OpenRun extends RunImages, Pick<RunningBuild, 'pending'> {
  readonly id: string
}

/** @param parallel how many images are built at once */
export function createRunImages(
  run: Run,
  openScope: () => CleanupScope,
  parallel = Number.POSITIVE_INFINITY,
): RunImages {
  const scope = openScope()
  const inTurn = pLimit(parallel)
  const names = new Set<string>()
  let isStarted = false
  let [key, swept]: [Promise<RunKey>?, Promise<void>?] = []

  const withOwnName = (image: PlannedImage): PlannedImage => {
    let { name } = image
    // No second server of an image is called like that (see createServer).
    for (let nth = 2; names.has(name); nth += 1) name = `${image.name} image-${nth}`
    names.add(name)
    return name === image.name ? image : { ...image, name }
  }
  const told = (leftovers: readonly Leftover[]): readonly Leftover[] => {
    for (const leftover of leftovers) run.emit({ type: 'leftover', leftover })
    return leftovers
  }

  return {
    async add(plan, signal = run.signal) {
      setMaxListeners(0, signal)
      const images = plan.images.map(withOwnName)
      if (!isStarted) run.emit({ type: 'run-started', run: run.id, images: images.map(({ name }) => name) })
      isStarted = true
      const leftovers: Leftover[] = []
      // The first request that changes anything: without the key there is no run.
      if (images.some(isToDo)) key ??= createSshKey(run, scope)
      const runKey = await key
      // Resources of earlier runs cost money even when there is nothing to build.
      swept ??= sweep(run, plan)
      const [results] = await Promise.all([
        Promise.all(
          images.map(async (image) => {
            const [done] = existing(image, run.emit)
            if (done !== undefined || runKey === undefined) return done
            const own = { ...run, signal, key: runKey, live: [] }
            return inTurn(() => runImage({ ...own, scope: openScope() }, image, leftovers))
          }),
        ),
        swept,
      ])
      return { images: results.filter((one) => one !== undefined), leftovers: told(leftovers) }
    },
    async close() {
      await removeStayed(run, scope)
      const leftovers = await scope.close()
      await run.lease.close()
      return told(leftovers)
    },
  }
}

/**
 * Removes what earlier runs left behind; the planning has seen their snapshots. When that fails, the build goes on.
 * @internal
 */
export async function sweep(
  { hetzner, clock, signal, timeouts, emit }: Pick<Run, 'hetzner' | 'clock' | 'signal' | 'timeouts' | 'emit'>,
  { unpublished }: Pick<Plan, 'unpublished'>,
): Promise<void> {
  try {
    const found = await findTemporary(hetzner, { snapshots: unpublished, signal })
    const abandoned = found.filter((thing) => isAbandoned(thing, hetzner.now()))
    const note = (text: string): void => emit({ type: 'note', text })
    const leftovers = await removeTemporary(hetzner, abandoned, {
      clock,
      signal,
      timeoutMs: timeouts.actionMs,
      onlyAbandoned: true,
      listener: { onRemoved: ({ name }) => note(`removed ${name}, which an earlier run left behind`) },
    })
    for (const { name, reason } of leftovers) note(`${name} of an earlier run could not be removed: ${reason}`)
  } catch (error) {
    if (signal.aborted) return
    const reason = error instanceof Error ? error.message : String(error)
    emit({ type: 'note', text: `could not look for what earlier runs left behind: ${reason}` })
  }
}

function existing(image: PlannedImage, emit: EventListener): ExistingResult[] {
  if (image.existing === undefined || isToDo(image)) return []
  emit({ type: 'image-existing', image: image.name, snapshot: image.existing.id })
  return [{ image, status: 'existing', snapshot: image.existing }]
}

async function runImage(run: ImageBuild, image: PlannedImage, leftovers: Leftover[]): Promise<ImageResult> {
  const { scope } = run
  const started = run.clock.now()
  const cleanUp = async (): Promise<void> => {
    if (scope.pending.length === 0) return
    const began = run.clock.now()
    run.emit({ type: 'step-started', image: image.name, step: 'clean-up' })
    leftovers.push(...(await scope.close()))
    run.emit({ type: 'step-finished', image: image.name, step: 'clean-up', ms: run.clock.now() - began })
  }
  try {
    const built = await workOn(run, image)
    await cleanUp()
    const ms = run.clock.now() - started
    if (built.status === 'existing') {
      run.emit({ type: 'image-existing', image: image.name, snapshot: built.snapshot.id })
      return { image, ...built }
    }
    run.emit({ type: 'image-built', image: image.name, snapshot: built.snapshot.id, ms })
    return { image, ms, ...built }
  } catch (error) {
    // Decided before the clean-up, during which the signal may abort.
    const problem = toProblem(error, run.signal)
    const kept = await keepFailed(run, image, problem)
    await cleanUp()
    const { older } = image
    if (
      problem.code === 'stock' &&
      image.existing === undefined &&
      run.stock.allowOlder === true &&
      older !== undefined
    ) {
      run.emit({
        type: 'note',
        image: image.name,
        text: `${problem.message}; the older snapshot ${older.id} stands in`,
      })
      return { image, status: 'older', snapshot: older }
    }
    const ms = run.clock.now() - started
    run.emit({ type: 'image-failed', image: image.name, problem, ms })
    return { image, status: 'failed', problem, ms, kept }
  } finally {
    run.serverQueue.removed(image.name)
  }
}

function workOn(run: ImageBuild, image: PlannedImage): Promise<BuiltImage> {
  const { existing: found, bootTest } = image
  if (found === undefined || bootTest === undefined) return buildImage(run, image)
  return testExisting(run, image, found, bootTest)
}

/**
 * An error as a problem. Unexpected errors are reported the same way, so that the other images are still cleaned up.
 * @internal
 */
export function toProblem(error: unknown, signal: AbortSignal | undefined): Problem {
  if (signal?.aborted === true) return { code: 'interrupted', message: 'interrupted' }
  if (error instanceof TalosImageError) {
    return { code: error.code, message: error.message, at: error.at, hint: error.hint }
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { code: 'api', message: `unexpected: ${message}`, hint: 'this is a defect of talos-image; please report it' }
}
