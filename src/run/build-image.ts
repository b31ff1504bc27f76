/** One image going through its steps. */

import type { Snapshot } from '../hetzner/snapshot.ts'
import type { Placement } from '../plan/placement.ts'
import type { PlannedImage } from '../plan/plan.ts'
import type { BuildStep } from './events.ts'
import type { ImageBuild } from './run.ts'
import { bootRescue } from './steps/boot-rescue.ts'
import { findDuplicates, noteDuplicates } from './steps/duplicate-snapshot.ts'
import { putImage } from './steps/put-image.ts'
import { createServer } from './steps/server.ts'
import { powerOff, publishSnapshot, takeSnapshot } from './steps/snapshot.ts'
import type { WrittenDisk } from './steps/write-disk.ts'

export type BuiltImage =
  | {
      readonly status: 'built'
      readonly snapshot: Snapshot
      readonly written: WrittenDisk
      readonly placement: Placement
    }
  /** Another run published the same disk meanwhile. */
  | { readonly status: 'existing'; readonly snapshot: Snapshot }

/** Builds and publishes one snapshot. What it makes on the way is registered in `build.scope`, which the caller closes. */
export async function buildImage(build: ImageBuild, image: PlannedImage): Promise<BuiltImage> {
  const step = stepper(build, image)

  const server = await step('server', () => createServer(build, image))
  const { name, placement } = server
  build.emit({ type: 'server-created', image: image.name, name, placement, ipv4: image.server.ipv4 })
  const rescue = await step('boot', () => bootRescue(build, image, server))
  const written = await putImage(build, image, server, rescue, {
    write: (work) => step('write', work),
    verify: (work) => step('verify', work),
  })
  const taken = await step('snapshot', async () => {
    await powerOff(build, server)
    return takeSnapshot(build, image, server)
  })
  return await step('publish', async () => {
    const [duplicate] = await findDuplicates(build, image, server, written)
    if (duplicate !== undefined) {
      await taken.endLease()
      const text = `another run has published the same disk meanwhile: snapshot ${duplicate.id}; this one's own is removed`
      build.emit({ type: 'note', image: image.name, text })
      return { status: 'existing', snapshot: duplicate }
    }
    const snapshot = await publishSnapshot(build, image, taken, written)
    await noteDuplicates(build, image, server, written, snapshot)
    await removeReplaced(build, image)
    return { status: 'built', snapshot, written, placement: server.placement }
  })
}

function stepper(build: ImageBuild, { name: image }: PlannedImage) {
  return async <T>(step: BuildStep, work: () => Promise<T>): Promise<T> => {
    build.signal.throwIfAborted()
    const started = build.clock.now()
    build.emit({ type: 'step-started', image, step })
    const result = await work()
    build.emit({ type: 'step-finished', image, step, ms: build.clock.now() - started })
    return result
  }
}

/** With `--force`: the old snapshot goes only now that the new one is published. */
export async function removeReplaced(
  build: Pick<ImageBuild, 'emit' | 'hetzner' | 'signal'>,
  image: Pick<PlannedImage, 'name' | 'replaces'>,
): Promise<void> {
  for (const old of image.replaces) {
    const note = (text: string): void => build.emit({ type: 'note', image: image.name, text })
    if (old.protection.delete) {
      note(`the snapshot ${old.id}, which the new one replaces, is protected and stays`)
      continue
    }
    try {
      await build.hetzner.images.delete(old.id, { signal: build.signal })
      note(`deleted the snapshot ${old.id}, which the new one replaces`)
    } catch (error) {
      // The new one is published, so the image is built, whatever becomes of the old one.
      const reason = error instanceof Error ? error.message : String(error)
      note(`the snapshot ${old.id}, which the new one replaces, could not be deleted: ${reason}`)
    }
  }
}
