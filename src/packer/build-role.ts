/** One run of Packer: the images of one role, side by side, each of which succeeds or fails alone. */

import type { Architecture } from '../domain.ts'
import { type Problem, TalosImageError } from '../errors.ts'
import type { Image } from '../hetzner/wire.ts'
import type { Placement } from '../plan/placement.ts'
import type { PlannedImage } from '../plan/plan.ts'
import type { ImageResult } from '../run/result.ts'
import { toArguments } from './arguments.ts'
import { toFailure } from './failure.ts'
import { ProgressTracker } from './progress.ts'
import { publish, publishOther, readSnapshots } from './publish.ts'
import type { PackerSession } from './session.ts'

/** Builds and publishes the images. The caller removes what Packer leaves behind. */
export async function buildRole(images: readonly PlannedImage[], session: PackerSession): Promise<ImageResult[]> {
  const { clock, emit, resources, setup, signal } = session
  const began = clock.now()
  const placements = new Map<Architecture, Placement>()
  const imageOf = (architecture: Architecture): string | undefined =>
    images.find((image) => image.architecture === architecture)?.name
  session.onServer(({ architecture, name, ipv4, ...placement }) => {
    const image = architecture === undefined ? undefined : imageOf(architecture)
    if (image === undefined || architecture === undefined) return
    placements.set(architecture, placement)
    emit({ type: 'server-created', image, name, placement, ipv4 })
  })
  const known = new Map(setup.template.targets.map(({ name, architecture }) => [name, architecture]))
  const progress = new ProgressTracker({
    clock,
    emit,
    imageOf,
    architectureOf: (target) => known.get(target),
    architectureAt: (address) => resources.architectureAt(address),
  })
  const earlier = new Set(resources.all.map(({ id }) => id))
  let end: number | string
  try {
    const words = ['build', '-machine-readable', '-color=false', ...toArguments(images, setup.template, setup)]
    end = await session.run(words, (line) => progress.onLine(line))
  } catch (error) {
    return images.map((image) => fail(image, toProblem(error, signal)))
  }

  const options = { ...session, runId: session.id, release: session.release, signal: new AbortController().signal }
  let remaining: Image[]
  try {
    remaining = await readSnapshots(findSnapshotIds(), session.hetzner, options.signal)
  } catch (error) {
    return images.map((image) => fail(image, toProblem(error, signal)))
  }
  const results = []
  for (const image of images) {
    const snapshot = remaining.find(({ architecture }) => architecture === image.architecture)
    remaining = remaining.filter((one) => one !== snapshot)
    results.push(snapshot === undefined ? fail(image, failureOf(image)) : await finish(image, snapshot))
  }
  for (const snapshot of remaining) {
    await publishOther(snapshot, options).catch((error: unknown) => {
      const text = `the snapshot ${snapshot.id} could not be labelled: ${error instanceof Error ? error.message : error}`
      emit({ type: 'note', text })
    })
  }
  return results

  /** Those in Packer's output; after an interrupt, which leaves them out, also those of targets that had ended before. */
  function findSnapshotIds(): number[] {
    const named = progress.targets.flatMap(({ snapshots }) => [...snapshots])
    if (!signal.aborted) return named
    const failed = new Set(
      progress.targets.flatMap(({ error, architecture }) => (error === undefined ? [] : architecture)),
    )
    const made = resources.all.filter(
      ({ kind, id, architecture }) =>
        kind === 'snapshot' && !earlier.has(id) && architecture !== undefined && !failed.has(architecture),
    )
    return [...named, ...made.map(({ id }) => id)]
  }

  async function finish(image: PlannedImage, snapshot: Image): Promise<ImageResult> {
    try {
      emit({ type: 'step-started', image: image.name, step: 'publish' })
      const publishing = clock.now()
      const published = await publish(snapshot, image, options)
      emit({ type: 'step-finished', image: image.name, step: 'publish', ms: clock.now() - publishing })
      const ms = clock.now() - began
      emit({ type: 'image-built', image: image.name, snapshot: published.id, ms })
      const placement = placements.get(image.architecture)
      return {
        image,
        status: 'built',
        snapshot: published,
        written: undefined,
        unproven: 'Packer takes any host key',
        placement,
        ms,
      }
    } catch (error) {
      return fail(image, toProblem(error, signal))
    }
  }

  function failureOf(image: PlannedImage): Problem {
    if (signal.aborted) return { code: 'interrupted', message: 'interrupted' }
    const targets = progress.targets.filter(({ architecture }) => architecture === image.architecture)
    return toFailure(targets.find(({ error }) => error !== undefined) ?? targets[0], progress.errors, end)
  }

  function fail(image: PlannedImage, problem: Problem): ImageResult {
    const ms = clock.now() - began
    emit({ type: 'image-failed', image: image.name, problem, ms })
    return { image, status: 'failed', problem, ms }
  }
}

function toProblem(error: unknown, signal: AbortSignal): Problem {
  if (signal.aborted) return { code: 'interrupted', message: 'interrupted' }
  if (error instanceof TalosImageError) {
    return { code: error.code, message: error.message, at: error.at, hint: error.hint }
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return {
    code: 'packer',
    message: `unexpected: ${message}`,
    hint: 'this is a defect of talos-image; please report it',
  }
}
