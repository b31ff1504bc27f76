/** Duplicate snapshots: other runs may build the same image at the same time, and one snapshot is enough. */

import type { Image } from '../../hetzner/wire.ts'
import { IDENTITY_LABEL, isOfDisk, LEASE_LABEL } from '../../plan/labels.ts'
import type { PlannedImage } from '../../plan/plan.ts'
import { isSame } from '../../plan/same.ts'
import type { ImageBuild } from '../run.ts'
import type { BuildServer } from './server.ts'
import type { WrittenDisk } from './write-disk.ts'

/** A snapshot of this run, and the others of the same identity, published or not. */
export interface SeenSnapshots {
  readonly image: Image
  readonly others: readonly Image[]
  readonly atMs: number
}

/**
 * Looks at a snapshot of this run. One request tells the others of its identity, too: those that are not published yet have
 * the label as well. There are none with `--force` and for images without an identity.
 */
export async function lookAtSnapshots(
  { hetzner, signal, clock }: ImageBuild,
  { identity, force }: PlannedImage,
  id: number,
): Promise<SeenSnapshots> {
  const atMs = clock.now()
  const isAlone = identity === undefined || force
  const found = isAlone
    ? []
    : await hetzner.images.listSnapshots({ labelSelector: `${IDENTITY_LABEL}=${identity}` }, { signal })
  const image = found.find((one) => one.id === id) ?? (await hetzner.images.get(id, { signal }))
  return { image, others: found.filter((one) => one.id !== id), atMs }
}

/** Tells those of other runs that are published, and have the same disk. */
export function isDuplicateOf(
  image: PlannedImage,
  { placement }: BuildServer,
  written: WrittenDisk,
): (snapshot: Image) => boolean {
  return (snapshot) =>
    isSame(snapshot, image) &&
    isOfDisk(snapshot.labels, written.dataHash) &&
    // A snapshot of a bigger disk cannot start servers with smaller disks.
    snapshot.disk_size <= placement.diskGb
}

/**
 * The first of some duplicates that is still there, and still one: the look that found them may be minutes old.
 * @returns undefined when there is none, or when it cannot be seen now: then one more does no harm
 */
export async function findStanding(
  { hetzner, signal }: ImageBuild,
  seen: readonly Image[],
  isDuplicate: (image: Image) => boolean,
): Promise<Image | undefined> {
  for (const { id } of seen.filter(isDuplicate)) {
    const now = await hetzner.images.get(id, { signal }).catch(() => undefined)
    if (now !== undefined && isDuplicate(now)) return now
  }
  return undefined
}

/** A snapshot takes longer than this, in milliseconds: one that begins after a look is not published before the next. */
const QUICK_MS = 5000

/**
 * Emits a note when another run has published the same image at the same moment. That can only be when it was at it at the
 * last look, or when that was a while ago.
 */
export async function noteDuplicates(
  build: ImageBuild,
  image: PlannedImage,
  server: BuildServer,
  written: WrittenDisk,
  { image: { id: published }, others, atMs }: SeenSnapshots,
): Promise<void> {
  const isAlone = others.every(({ labels }) => labels[LEASE_LABEL] === undefined)
  if (isAlone && build.clock.now() - atMs < QUICK_MS) return
  // The image is published in any case, so an error of this look-up is ignored.
  const now = await lookAtSnapshots(build, image, published).catch(() => ({ others: [] }))
  for (const { id } of now.others.filter(isDuplicateOf(image, server, written))) {
    const text = `another run published the same image at the same moment: snapshot ${id}; both are correct, and the older one can be deleted: \`talos-image delete ${Math.min(id, published)}\``
    build.emit({ type: 'note', image: image.name, text })
  }
}
