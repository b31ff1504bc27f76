/** One run of Packer: the images of one role, side by side, each of which succeeds or fails alone. */

import type { Architecture } from '../domain.ts'
import { type Problem, TalosImageError } from '../errors.ts'
import type { Image } from '../hetzner/wire.ts'
import type { Placement } from '../plan/placement.ts'
import type { PlannedImage } from '../plan/plan.ts'
import type { ImageResult } from '../run/result.ts'
import { toArguments } from './arguments.ts'
import { toFailure } from './failure.ts'
import { keepOther, publish, readSnapshots } from './publish.ts'
import type { PackerSession } from './session.ts'
import { Watch } from './watch.ts'

/** Builds, publishes, and says what became of each image. What Packer left behind is the caller's to remove. */
export async function buildRole(images: readonly PlannedImage[], session: PackerSession): Promise<ImageResult[]> {
  const { clock, emit, ledger, setup, signal } = session
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
  const watch = new Watch({
    clock,
    emit,
    imageOf,
    architectureOf: (target) => known.get(target),
    architectureAt: (address) => ledger.architectureAt(address),
  })
  const earlier = new Set(ledger.made.map(({ id }) => id))
  let end: number | string
  try {
    const words = ['build', '-machine-readable', '-color=false', ...toArguments(images, setup.template, setup)]
    end = await session.run(words, (line) => watch.onLine(line))
  } catch (error) {
    return images.map((image) => fail(image, toProblem(error, signal)))
  }

  const options = { ...session, runId: session.id, release: session.release, signal: new AbortController().signal }
  let left: Image[]
  try {
    left = await readSnapshots(findSnapshotIds(), session.hetzner, options.signal)
  } catch (error) {
    return images.map((image) => fail(image, toProblem(error, signal)))
  }
  const results = []
  for (const image of images) {
    const snapshot = left.find(({ architecture }) => architecture === image.architecture)
    left = left.filter((one) => one !== snapshot)
    results.push(snapshot === undefined ? fail(image, whyNot(image)) : await finish(image, snapshot))
  }
  for (const snapshot of left) {
    await keepOther(snapshot, options).catch((error: unknown) => {
      const text = `the snapshot ${snapshot.id} could not be labelled: ${error instanceof Error ? error.message : error}`
      emit({ type: 'note', text })
    })
  }
  return results

  /** Those that Packer names; and, since it names none after an interrupt, those of targets that came to their end before. */
  function findSnapshotIds(): number[] {
    const named = watch.targets.flatMap(({ snapshots }) => [...snapshots])
    if (!signal.aborted) return named
    const failed = new Set(
      watch.targets.flatMap(({ error, architecture }) => (error === undefined ? [] : architecture)),
    )
    const made = ledger.made.filter(
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
      return { image, status: 'built', snapshot: published, written: undefined, placement, ms }
    } catch (error) {
      return fail(image, toProblem(error, signal))
    }
  }

  function whyNot(image: PlannedImage): Problem {
    if (signal.aborted) return { code: 'interrupted', message: 'interrupted' }
    const targets = watch.targets.filter(({ architecture }) => architecture === image.architecture)
    return toFailure(targets.find(({ error }) => error !== undefined) ?? targets[0], watch.errors, end)
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
