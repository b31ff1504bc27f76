/** Duplicate snapshots: other runs may build the same image at the same time, and one snapshot is enough. */

import type { Image } from '../../hetzner/wire.ts'
import { IDENTITY_LABEL, isOfDisk, LEASE_LABEL } from '../../plan/labels.ts'
import { isSame, type PlannedImage } from '../../plan/plan.ts'
import type { ImageBuild } from '../run.ts'
import type { BuildServer } from './server.ts'
import type { WrittenDisk } from './write-disk.ts'

/**
 * The snapshots of the same image with the same disk that other runs have published; empty with `--force` and for images
 * without an identity.
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
      isOfDisk(snapshot.labels, written.dataHash) &&
      // A snapshot of a bigger disk cannot start servers with smaller disks.
      snapshot.disk_size <= placement.diskGb,
  )
}

/** Emits a note when another run has published the same image at the same moment. */
export async function noteDuplicates(
  build: ImageBuild,
  image: PlannedImage,
  server: BuildServer,
  written: WrittenDisk,
  published: Image,
): Promise<void> {
  // The image is published in any case, so an error of this look-up is ignored.
  const duplicates = await findDuplicates(build, image, server, written).catch(() => [])
  for (const { id } of duplicates) {
    if (id === published.id) continue
    const text = `another run published the same image at the same moment: snapshot ${id}; both are correct, and the older one can be deleted: talos-image delete ${Math.min(id, published.id)}`
    build.emit({ type: 'note', image: image.name, text })
  }
}
