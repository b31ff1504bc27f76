/** Packer's snapshots become those of the run: found, matched to their images, and given their labels. */

import type { Labels } from '../domain.ts'
import type { HetznerClient } from '../hetzner/client.ts'
import { isApiFailure } from '../hetzner/transport/api-failure.ts'
import type { Image } from '../hetzner/wire.ts'
import { LEASE_LABEL, RUN_LABEL, unreadLabels, withRole } from '../plan/labels.ts'
import type { PlannedImage } from '../plan/plan.ts'
import { removeReplaced } from '../run/build-image.ts'
import type { EventListener } from '../run/events.ts'

export interface PublishOptions {
  readonly runId: string
  readonly hetzner: HetznerClient
  readonly signal: AbortSignal
  readonly emit: EventListener
  /** Stops the renewal of a snapshot's lease, so that nothing else writes its labels. */
  readonly release: (id: number) => Promise<void>
}

/** The snapshots of these IDs that are whole, oldest first. */
export async function readSnapshots(
  ids: Iterable<number>,
  hetzner: HetznerClient,
  signal: AbortSignal,
): Promise<Image[]> {
  const read = async (id: number): Promise<Image[]> => {
    try {
      return [await hetzner.images.get(id, { signal })]
    } catch (error) {
      if (isApiFailure(error, 'not_found')) return []
      throw error
    }
  }
  const found = (await Promise.all([...new Set(ids)].map(read))).flat()
  return found.filter(({ status }) => status === 'available').toSorted((a, b) => a.id - b.id)
}

/**
 * Takes the lease off, and gives what the template did not: the role, also in the description, and labels that say what it was made from. The others are
 * the template's, and stay as they are; where they are not those that selectors ask for, that is said.
 */
export async function publish(snapshot: Image, image: PlannedImage, options: PublishOptions): Promise<Image> {
  const { runId, hetzner, signal, emit } = options
  const description = withRole(snapshot.description, image.role)
  const published = await addLabels({ ...snapshot, description }, options, {
    ...(image.role === undefined ? {} : { role: image.role }),
    ...unreadLabels({
      runId,
      talosVersion: image.talosVersion,
      identity: image.identity,
      schematicId: image.schematicId,
    }),
  })
  const missing = Object.entries(image.labels).filter(([key, value]) => published.labels[key] !== value)
  if (missing.length > 0) {
    const words = missing.map(([key, value]) => `${key}=${value}`).join(', ')
    emit({
      type: 'note',
      image: image.name,
      text: `the template does not give the snapshot ${snapshot.id} the label ${words}: selectors that ask for it do not find it`,
    })
  }
  await removeReplaced({ hetzner, emit, signal }, image)
  return published
}

/** Publishes a snapshot that is not in the plan. */
export async function publishOther(snapshot: Image, options: PublishOptions): Promise<void> {
  await addLabels(snapshot, options, { [RUN_LABEL]: options.runId })
  options.emit({ type: 'note', text: `Packer has made another snapshot: ${snapshot.id}, "${snapshot.description}"` })
}

/** Takes the lease off, adds labels to the template's, and sets the description. */
async function addLabels({ id, labels, description }: Image, options: PublishOptions, added: Labels): Promise<Image> {
  const { hetzner, signal, release } = options
  await release(id)
  const { [LEASE_LABEL]: _, ...given } = labels
  return hetzner.images.update(id, { description, labels: { ...given, ...added } }, { signal })
}
