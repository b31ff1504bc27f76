/** The disk of a server. */

import { stat, truncate } from 'node:fs/promises'
import type { CloudContext } from '../../context.ts'
import { snapshots } from '../images.ts'
import { findServerType } from '../server-types.ts'
import { findSystemImage } from '../system-images.ts'
import { type Server, servers } from './server.ts'

/** Bytes of a GB of disk. Assumed to be 1024^3 for the real cloud's disks too: its documentation says only 'GB'. */
const BYTES_PER_GB = 1024 ** 3

/** GB, as the API tells it: its type's, unless it kept the disk of an earlier one. */
export const diskOf = ({ diskGb, serverType }: Server): number => diskGb ?? findServerType(serverType)?.disk ?? 0

/** The size of its disk file. */
export function diskBytesOf({ options }: CloudContext, server: Server): number {
  const architecture = findServerType(server.serverType)?.architecture ?? 'x86'
  return options.diskBytes?.(architecture) ?? diskOf(server) * BYTES_PER_GB
}

/** @throws Error when there is neither a system image nor a snapshot with this ID, as after its deletion */
export function requireImage({ store }: CloudContext, image: number): void {
  if (findSystemImage(image) === undefined && !snapshots.rows(store).some(({ id }) => id === image)) {
    throw new Error(`image with ID '${image}' not found`)
  }
}

/**
 * Makes the server's disk: a copy of the snapshot it is made from, or the placeholder of a system image.
 * @throws Error when the snapshot is gone
 */
export async function makeDisk(cloud: CloudContext, server: Server): Promise<void> {
  const { options, store } = cloud
  const file = servers.diskFile(store, server.id)
  const bytes = diskBytesOf(cloud, server)
  requireImage(cloud, server.image)
  if (findSystemImage(server.image) !== undefined) {
    await options.disks.createPlaceholderDisk(file, bytes)
    return
  }
  await options.disks.copyDisk(snapshots.diskFile(store, server.image), file)
  // A snapshot of a smaller server leaves the rest of the disk empty.
  if ((await stat(file)).size < bytes) await truncate(file, bytes)
}
