/** Other runs that want the same image at the same time: of two equal snapshots, one is enough. */

import type { Image } from '../../hetzner/wire.ts'
import { IDENTITY_LABEL, isOfDisk, LEASE_LABEL } from '../../plan/labels.ts'
import { isSame, type PlannedImage } from '../../plan/plan.ts'
import type { ImageBuild } from '../run.ts'
import type { BuildServer } from './server.ts'
import type { WrittenDisk } from './write-disk.ts'

/**
 * The snapshots with the very same disk that other runs have published by now; none of an image that is to be made
 * anew anyway, or that has no identity.
 */
export async function findDuplicates(
  { hetzner, signal }: ImageBuild,
  image: PlannedImage,
  { placement }: BuildServer,
  written: WrittenDisk,
): Promise<Image[]> {
  if (image.identity === undefined || image.force) return []
  const labelSelector = `${IDENTITY_LABEL}=${image.identity},!${LEASE_LABEL}`
  const found = await hetzner.images.listSnapshots({ labelSelector }, { signal })
  return found.filter(
    (snapshot) =>
      isSame(snapshot, image) &&
      isOfDisk(snapshot.labels, written.diskHash) &&
      // One of a bigger disk could not start the servers that this one's can.
      snapshot.disk_size <= placement.diskGb,
  )
}

/** Says so when two runs have published the same image within a moment. */
export async function noteDuplicates(
  build: ImageBuild,
  image: PlannedImage,
  server: BuildServer,
  written: WrittenDisk,
  published: Image,
): Promise<void> {
  // The image is published; that others cannot be looked for changes nothing about it.
  const duplicates = await findDuplicates(build, image, server, written).catch(() => [])
  for (const { id } of duplicates) {
    if (id === published.id) continue
    const text = `another run published the same image in the same moment: snapshot ${id}; both are right, and the older one can go: talos-image delete ${Math.min(id, published.id)}`
    build.emit({ type: 'note', image: image.name, text })
  }
}
