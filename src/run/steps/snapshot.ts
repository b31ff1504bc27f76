/** The snapshot: taken with the run's labels, checked, and only then published with its own labels. */

import type { Labels } from '../../domain.ts'
import { TalosImageError } from '../../errors.ts'
import { isInDoubt, mayHaveTakenEffect } from '../../hetzner/transport/retry.ts'
import type { Action, Image } from '../../hetzner/wire.ts'
import { IDENTITY_LABEL, LEASE_LABEL, ownLabels } from '../../plan/labels.ts'
import type { PlannedImage } from '../../plan/plan.ts'
import type { BootProof, NoBootProof } from '../boot-proof.ts'
import { repeatFailing, runAction } from '../repeat-failing.ts'
import type { ImageBuild } from '../run.ts'
import { lookAtSnapshots, type SeenSnapshots } from './duplicate-snapshot.ts'
import type { BuildServer } from './server.ts'
import { findUnpublished, type MadeSnapshots, removeUnpublished } from './unpublished-snapshots.ts'
import type { WrittenDisk } from './write-disk.ts'

/** A snapshot that public selectors do not match. */
export interface UnpublishedSnapshot extends SeenSnapshots {
  /** Stops renewing its lease. */
  readonly endLease: () => Promise<void>
  /** Cancels its removal at the end. */
  readonly keep: () => void
}

/** Powers the server off, so that the disk, which is synced, does not change any more. */
export async function powerOff(build: ImageBuild, image: PlannedImage, server: BuildServer): Promise<void> {
  const { hetzner, signal } = build
  const name = `server ${server.name} to be switched off`
  await runAction(build, image.name, name, () => hetzner.servers.powerOff(server.id, { signal }))
}

/**
 * Takes the snapshot and checks it. When the action fails, what it left is removed, and another one is taken.
 * @throws TalosImageError `snapshot` when it is not as planned; errors of the API and of waiting
 */
export async function takeSnapshot(
  build: ImageBuild,
  planned: PlannedImage,
  server: BuildServer,
): Promise<UnpublishedSnapshot> {
  const { hetzner, scope, lease } = build
  const made: MadeSnapshots = { server: server.id, ids: new Set() }
  let inDoubt = false
  const { forget } = scope.add({
    name: `unpublished snapshot of ${server.name}`,
    command: `talos-image cleanup --run ${build.id}`,
    run: (deadline) => removeUnpublished(build, planned, made, { inDoubt, deadline }),
  })
  let mayHaveAnother = false
  const take = async (failures: number): Promise<Omit<UnpublishedSnapshot, 'keep'>> => {
    const survivor = failures === 0 ? undefined : await removeFailed(build, made)
    const begun =
      survivor ??
      (await create(build, planned, made, () => {
        inDoubt = true
      }))
    mayHaveAnother ||= begun.mayHaveAnother
    inDoubt = mayHaveAnother
    const { image, action } = begun
    made.ids.add(image.id)
    const endLease = lease.hold((leased) => hetzner.images.update(image.id, { labels: labelsOf(planned, leased) }))
    try {
      const name = `snapshot ${image.id} of ${server.name}`
      const early = action && (await waitForSnapshot(build, planned, { action, id: image.id, name }))
      const seen = early ?? (await waitUntilMade(build, planned, image.id, action !== undefined))
      checkSnapshot(seen.image, planned, server)
      return { ...seen, endLease }
    } catch (error) {
      await endLease()
      throw error
    }
  }
  const taken = await repeatFailing(build, planned.name, take)
  // A second snapshot may still appear after a try in doubt: its removal stays registered. It spares published ones.
  return { ...taken, keep: mayHaveAnother ? () => {} : forget }
}

/**
 * Waits for the action that takes a snapshot. When it should have ended, the snapshot itself may say so: it is looked at in
 * any case.
 * @returns the snapshot, when it does
 */
async function waitForSnapshot(
  build: ImageBuild,
  planned: PlannedImage,
  { action, id, name }: { readonly action: Action; readonly id: number; readonly name: string },
): Promise<SeenSnapshots | undefined> {
  const { hetzner, signal, timeouts } = build
  const wait = { signal, timeoutMs: timeouts.snapshotMs, name }
  await hetzner.actions.wait(action, { ...wait, untilDue: true })
  // What cannot be seen now, the action tells.
  const seen = await lookAtSnapshots(build, planned, id).catch(() => undefined)
  if (seen?.image.status === 'available') return seen
  await hetzner.actions.wait(action.status === 'running' ? { ...action, progress: 99 } : action, wait)
  return undefined
}

/**
 * The status may lag behind the action: the snapshot is looked at again, for a while.
 * @param hasEnded whether the action has: otherwise none is known, and the wait is as long as a snapshot may take
 */
async function waitUntilMade(
  build: ImageBuild,
  planned: PlannedImage,
  id: number,
  hasEnded: boolean,
): Promise<SeenSnapshots> {
  const { signal, clock, timeouts } = build
  const [longestMs, pauseMs] = hasEnded
    ? [timeouts.actionMs, timeouts.settleMs / 6]
    : [timeouts.snapshotMs, timeouts.settleMs]
  const until = clock.now() + longestMs
  for (;;) {
    const seen = await lookAtSnapshots(build, planned, id)
    if (seen.image.status !== 'creating' || clock.now() >= until) return seen
    await clock.sleep(pauseMs, signal)
  }
}

/** Those of the run, and the identity, so that one look finds it together with those of other runs. */
const labelsOf = ({ identity, force }: PlannedImage, leased: Labels): Labels =>
  identity === undefined || force ? leased : { ...leased, [IDENTITY_LABEL]: identity }

/**
 * Publishes a snapshot: one `PUT` replaces the run's labels and the lease by the public labels, which selectors match.
 * Clean-up removes only snapshots with a lease, so a published one is never removed.
 * @throws TalosImageError `snapshot` when it did not take its labels; errors of the API
 */
export async function publishSnapshot(
  build: ImageBuild,
  planned: PlannedImage,
  snapshot: UnpublishedSnapshot,
  { written, boot }: { readonly written: WrittenDisk; readonly boot: BootProof | NoBootProof | undefined },
): Promise<Image> {
  const { identity, schematicId, talosVersion, description } = planned
  const labels = {
    ...planned.labels,
    ...ownLabels({
      runId: build.id,
      talosVersion,
      identity,
      schematicId,
      sourceSha256: written.sourceSha256,
      dataHash: written.dataHash,
      boot: boot === undefined || 'reason' in boot ? undefined : { version: boot.facts.version.found },
    }),
  }
  await snapshot.endLease()
  if (build.lease.hasLapsed()) await claimAgain(build, planned, snapshot.image.id)
  const published = await publish(build, snapshot.image.id, { description, labels })
  if (!isPublished(published, labels)) throw snapshotFault(`the snapshot ${published.id} did not take its labels`)
  snapshot.keep()
  return published
}

/**
 * Another run that has found the lease over may be removing the snapshot at this moment. It looks at it once more before,
 * so with a new lease it stays, or is gone a moment later, but is never deleted after it was published.
 */
async function claimAgain(build: ImageBuild, planned: PlannedImage, id: number): Promise<void> {
  const { hetzner, signal, clock, timeouts, lease, emit } = build
  const text = `the lease of this run was not renewed in time, as after a sleep of this computer: the snapshot ${id} is claimed again before it is published`
  emit({ type: 'note', image: planned.name, text })
  await hetzner.images.update(id, { labels: labelsOf(planned, lease.labels()) }, { signal })
  await clock.sleep(timeouts.settleMs / 2, signal)
}

/** The snapshot after the change, also when the answer to the change was lost. */
async function publish(
  { hetzner, signal, timeouts }: ImageBuild,
  id: number,
  change: { description: string; labels: Labels },
): Promise<Image> {
  try {
    return await hetzner.images.update(id, change, { signal, mustFinish: true })
  } catch (error) {
    if (!isInDoubt(error)) throw error
    const now = await hetzner.images.get(id, { signal: AbortSignal.timeout(timeouts.actionMs) }).catch(() => undefined)
    if (now !== undefined && isPublished(now, change.labels)) return now
    throw error
  }
}

function isPublished(image: Image, labels: Labels): boolean {
  const complete = Object.entries(labels).every(([key, value]) => image.labels[key] === value)
  return complete && image.labels[LEASE_LABEL] === undefined
}

/** How often taking a snapshot is tried while the outcome is unknown. */
const MOST_TRIES = 3

/** A snapshot that is being made. */
interface Begun {
  readonly image: Pick<Image, 'id'>
  readonly action: Action | undefined
  /** Whether there may be another one, by a try whose outcome is unknown. */
  readonly mayHaveAnother: boolean
}

/** Snapshots have no names: when it is unknown whether one is being made, it is looked up by its labels and server. */
async function create(
  build: ImageBuild,
  planned: PlannedImage,
  made: MadeSnapshots,
  onDoubt: () => void,
): Promise<Begun> {
  const { hetzner, signal, lease, clock, timeouts } = build
  let isDoubtful = false
  const snapshot = { description: planned.description, labels: labelsOf(planned, lease.labels()) }
  for (let tries = 1; ; tries++) {
    try {
      return {
        ...(await hetzner.servers.createSnapshot(made.server, snapshot, { signal })),
        mayHaveAnother: isDoubtful,
      }
    } catch (error) {
      // After a try in doubt, a refusal such as 'locked' may be caused by that try.
      isDoubtful ||= mayHaveTakenEffect(error)
      if (!isDoubtful) throw error
      onDoubt()
      const [image] = await findUnpublished(build, made, { signal }).catch(() => [])
      // After a second try, there may be one more than the one that was found.
      if (image !== undefined) {
        made.ids.add(image.id)
        return { image, action: await findAction(build, made, image), mayHaveAnother: tries > 1 }
      }
      if (tries === MOST_TRIES || signal.aborted) throw error
      await clock.sleep(timeouts.settleMs / 6, signal)
    }
  }
}

async function findAction(
  { hetzner, signal }: ImageBuild,
  { server }: MadeSnapshots,
  image: Pick<Image, 'id'>,
): Promise<Action | undefined> {
  const actions = await hetzner.servers.actions(server, { signal })
  return findActionOf(actions, image) ?? actions.find(({ command }) => command === 'create_image')
}

function findActionOf(actions: readonly Action[], image: Pick<Image, 'id'>): Action | undefined {
  return actions.find(
    ({ command, resources }) =>
      command === 'create_image' && resources.some(({ type, id }) => type === 'image' && id === image.id),
  )
}

/** An action that names no image, and has not failed. */
const mayBeOfAny = ({ command, status, resources }: Action): boolean =>
  command === 'create_image' && status !== 'error' && !resources.some(({ type }) => type === 'image')

/**
 * Removes what is left of snapshots whose actions failed, so that there is never a second one.
 * @returns a snapshot of the server that is being made all the same, or that is made
 */
async function removeFailed(build: ImageBuild, made: MadeSnapshots): Promise<Begun | undefined> {
  const { hetzner, signal } = build
  const actions = await hetzner.servers.actions(made.server, { signal })
  let survivor: Begun | undefined
  for (const image of await findUnpublished(build, made, { signal })) {
    const action = findActionOf(actions, image) ?? actions.find(mayBeOfAny)
    const isAlive = action !== undefined && action.status !== 'error' && image.status !== 'unavailable'
    if (isAlive && survivor === undefined) survivor = { image, action, mayHaveAnother: false }
    else await hetzner.images.delete(image.id, { signal })
  }
  return survivor
}

function checkSnapshot(image: Image, planned: PlannedImage, server: BuildServer): void {
  if (image.status !== 'available') throw snapshotFault(`the snapshot ${image.id} is ${image.status}, not available`)
  if (image.architecture !== planned.architecture) {
    throw snapshotFault(`the snapshot ${image.id} is for ${image.architecture}, not ${planned.architecture}`)
  }
  if (image.created_from?.id !== server.id)
    throw snapshotFault(`the snapshot ${image.id} is not of the server ${server.id}`)
  if (image.disk_size > server.diskGb) {
    throw snapshotFault(
      `the snapshot ${image.id} needs a disk of ${image.disk_size} GB, and its server has ${server.diskGb} GB`,
    )
  }
}

const snapshotFault = (message: string): TalosImageError => new TalosImageError({ code: 'snapshot', message })
