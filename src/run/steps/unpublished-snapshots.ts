/** Finds and removes the snapshots of an image that are not published: by their known IDs, and by their labels and server. */

import type { RequestOptions } from '../../hetzner/transport/transport.ts'
import type { TemporarySnapshot } from '../../hetzner/wire.ts'
import { LEASE_LABEL, RUN_LABEL } from '../../plan/labels.ts'
import type { PlannedImage } from '../../plan/plan.ts'
import { removeCreated } from '../remove-created.ts'
import type { ImageBuild } from '../run.ts'

/** The snapshots of one image that may be there, and not published. */
export interface MadeSnapshots {
  /** The server that they are taken of. */
  readonly server: number
  /** Those whose IDs are known. */
  readonly ids: Set<number>
}

/** Those with the run's labels. */
export async function findUnpublished(
  { hetzner, id }: ImageBuild,
  { server, ids }: MadeSnapshots,
  options: RequestOptions,
): Promise<TemporarySnapshot[]> {
  const images = await hetzner.images.listTemporary(`${RUN_LABEL}=${id},${LEASE_LABEL}`, options)
  return images.filter((image) => ids.has(image.id) || image.created_from?.id === server)
}

/** One that the list does not tell, by its ID. A note tells of one that has neither the labels of the run nor public ones. */
async function findKnown(
  { hetzner, id: run, emit }: ImageBuild,
  { name: image }: PlannedImage,
  { ids }: MadeSnapshots,
  options: RequestOptions,
): Promise<number | undefined> {
  for (const id of ids) {
    const labels = await hetzner.images.findLabels(id, options)
    if (labels?.[LEASE_LABEL] !== undefined) return id
    ids.delete(id)
    if (labels === undefined || labels[RUN_LABEL] === run) continue
    const text = `the snapshot ${id}, which was not published, is kept: something else gave it other labels`
    emit({ type: 'note', image, text })
  }
  return undefined
}

/** Removes all of an image; those that are published stay. @returns whether there was one */
export async function removeUnpublished(
  build: ImageBuild,
  planned: PlannedImage,
  made: MadeSnapshots,
  { inDoubt, deadline }: { readonly inDoubt: boolean; readonly deadline: AbortSignal },
): Promise<boolean> {
  const urgent = { signal: deadline, urgent: true }
  const find = async (): Promise<number | undefined> =>
    (await findUnpublished(build, made, urgent))[0]?.id ?? (await findKnown(build, planned, made, urgent))
  const remove = async (first: number): Promise<boolean> => {
    // More than one only if a creation in doubt was repeated. Each is looked up again right before it is deleted.
    for (let found: number | undefined = first; found !== undefined; found = await find()) {
      await build.hetzner.images.delete(found, urgent)
      made.ids.delete(found)
    }
    return true
  }
  return removeCreated(build, { inDoubt, find, remove }, deadline)
}
