/** One image going through its steps. */

import { TalosImageError } from '../errors.ts'
import type { Snapshot } from '../hetzner/snapshot.ts'
import { isApiFailure } from '../hetzner/transport/api-failure.ts'
import { isBootTested } from '../plan/boot-test.ts'
import { bootTestedLabels } from '../plan/labels.ts'
import type { Placement } from '../plan/placement.ts'
import type { BootTest, PlannedImage } from '../plan/plan.ts'
import { describeUsers, lookUpUsers } from '../plan/users.ts'
import type { BootProof, NoBootProof } from './boot-proof.ts'
import type { ImageBuild, RunStep } from './run.ts'
import { bootRescue, type Rescue } from './steps/boot-rescue.ts'
import { bootTest } from './steps/boot-test.ts'
import { RescueIgnored } from './steps/check-rescue.ts'
import { findStanding, isDuplicateOf, noteDuplicates } from './steps/duplicate-snapshot.ts'
import { putImage } from './steps/put-image.ts'
import { type BuildServer, createServer } from './steps/server.ts'
import { powerOff, publishSnapshot, takeSnapshot } from './steps/snapshot.ts'
import type { WrittenDisk } from './steps/write-disk.ts'

/** How many servers are tried, one after the other, when rescue is ignored. */
const MOST_SERVERS = 2

export type BuiltImage =
  | {
      readonly status: 'built'
      readonly snapshot: Snapshot
      readonly written: WrittenDisk
      readonly unproven: string | undefined
      readonly placement: Placement
      /** undefined: no boot test was asked for. */
      readonly boot: BootProof | NoBootProof | undefined
    }
  /** Another run has published the same disk, or it was there before; `boot` where it was booted now. */
  | { readonly status: 'existing'; readonly snapshot: Snapshot; readonly boot?: BootProof | undefined }

/**
 * Builds and publishes one snapshot. Temporary resources are registered in `build.scope`, which the caller closes.
 * @throws TalosImageError of the step that failed; the signal's reason when it aborts
 */
export function buildImage(build: ImageBuild, image: PlannedImage): Promise<BuiltImage> {
  return takeSteps(build, image).catch((error: unknown) => {
    throw isApiFailure(error, 'not_found') ? gone(error) : error
  })
}

/** What a build has made is its own: when it is not there, somebody else has removed it. */
const gone = (cause: TalosImageError): TalosImageError =>
  new TalosImageError(
    {
      code: cause.code,
      message: `something else removed what this build had made: ${cause.message}`,
      hint: 'did this computer sleep, or lose its network, for more than 15 minutes? Then another run or a cleanup counts it as abandoned; build again',
    },
    { cause },
  )

async function takeSteps(build: ImageBuild, image: PlannedImage): Promise<BuiltImage> {
  const step = createStepRunner(build, image)

  const { server, rescue } = await startServer(build, image, step)
  const { written, unproven } = await putImage(build, image, server, rescue, step)
  const taken = await step('snapshot', async () => {
    await powerOff(build, image, server)
    return takeSnapshot(build, image, server)
  })
  // What the server held is in the snapshot.
  const freed = server.beginRemoval()
  const { bootTest: test } = image
  const boot =
    test && (await step('boot-test', () => bootTest(build, image, { snapshot: taken.image, ...test }, freed)))
  return await step('publish', async () => {
    const isDuplicate = isDuplicateOf(image, server, written)
    // One that has not proven to boot is not what was asked for.
    const isWanted = (one: Snapshot): boolean => isDuplicate(one) && (test === undefined || isBootTested(one))
    const duplicate = await findStanding(build, taken.others, isWanted)
    if (duplicate !== undefined) {
      await taken.endLease()
      const text = `another run has published the same disk: snapshot ${duplicate.id}; the snapshot of this run is removed`
      build.emit({ type: 'note', image: image.name, text })
      return { status: 'existing', snapshot: duplicate }
    }
    const snapshot = await publishSnapshot(build, image, taken, { written, boot })
    await noteDuplicates(build, image, server, written, taken)
    await removeReplaced(build, image)
    return { status: 'built', snapshot, written, unproven, placement: server.placement, boot }
  })
}

/**
 * Boots the snapshot that an image has already, and labels it when that succeeds. What it is used for goes on in any case: a
 * snapshot that does not boot keeps its labels.
 * @throws TalosImageError as `bootTest` does
 */
export async function testExisting(
  build: ImageBuild,
  image: PlannedImage,
  { id }: Pick<Snapshot, 'id'>,
  test: BootTest,
): Promise<BuiltImage> {
  const { hetzner, signal } = build
  const step = createStepRunner(build, image)
  const snapshot = await hetzner.images.get(id, { signal })
  const boot = await step('boot-test', () => bootTest(build, image, { snapshot, only: test.only }))
  if ('reason' in boot) return { status: 'existing', snapshot }
  const labels = bootTestedLabels({ version: boot.facts.version.found })
  const labelled = await step('publish', async () => {
    // The labels may be others by now, and all of them are replaced.
    const now = await hetzner.images.get(id, { signal })
    return hetzner.images.update(id, { labels: { ...now.labels, ...labels } }, { signal, mustFinish: true })
  })
  return { status: 'existing', snapshot: labelled, boot }
}

/** A server in its rescue system. When one never enters it, another one may, at another location if there is one. */
async function startServer(
  build: ImageBuild,
  image: PlannedImage,
  step: RunStep,
): Promise<{ server: BuildServer; rescue: Rescue }> {
  const start = async (wanted: PlannedImage, nth: number): Promise<{ server: BuildServer; rescue: Rescue }> => {
    const server = await step('server', () => createServer(build, wanted, nth === 1 ? '' : `-${nth}`))
    const { name, placement } = server
    build.emit({ type: 'server-created', image: image.name, name, placement, ipv4: image.server.ipv4 })
    try {
      return { server, rescue: await step('boot', () => bootRescue(build, image, server)) }
    } catch (error) {
      if (nth === MOST_SERVERS || !(error instanceof RescueIgnored)) throw error
      build.emit({
        type: 'note',
        image: image.name,
        text: `${error.message}; trying another server, with as many boots`,
      })
      await server.replace().catch(() => build.signal.throwIfAborted())
      return start({ ...image, placements: elsewhereFirst(image.placements, placement) }, nth + 1)
    }
  }
  return start(image, 1)
}

function elsewhereFirst(placements: readonly Placement[], { location }: Placement): Placement[] {
  const isElsewhere = (one: Placement): boolean => one.location !== location
  return [...placements.filter(isElsewhere), ...placements.filter((one) => !isElsewhere(one))]
}

function createStepRunner(build: ImageBuild, { name: image }: PlannedImage): RunStep {
  return async (step, work) => {
    build.signal.throwIfAborted()
    const started = build.clock.now()
    build.emit({ type: 'step-started', image, step })
    const result = await work()
    build.emit({ type: 'step-finished', image, step, ms: build.clock.now() - started })
    return result
  }
}

/** With `--force`: deletes the old snapshots, now that the new one is published; not those that came into use meanwhile. */
export async function removeReplaced(
  build: Pick<ImageBuild, 'emit' | 'hetzner' | 'signal'>,
  image: Pick<PlannedImage, 'name' | 'replaces' | 'evenInUse'>,
): Promise<void> {
  for (const old of image.replaces) {
    const note = (text: string): void => build.emit({ type: 'note', image: image.name, text })
    if (old.protection.delete) {
      note(`the snapshot ${old.id}, which the new one replaces, is protected and is kept`)
      continue
    }
    try {
      const servers = image.evenInUse ? [] : ((await lookUpUsers(build.hetzner, build.signal)).get(old.id) ?? [])
      if (servers.length > 0) {
        note(`the snapshot ${old.id}, which the new one replaces, is kept: ${describeUsers(servers)}`)
        continue
      }
      await build.hetzner.images.delete(old.id, { signal: build.signal })
      note(`deleted the snapshot ${old.id}, which the new one replaces`)
    } catch (error) {
      // The image is built all the same: the new one is published.
      const reason = error instanceof Error ? error.message : String(error)
      note(`the snapshot ${old.id}, which the new one replaces, could not be deleted: ${reason}`)
    }
  }
}
