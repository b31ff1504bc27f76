/** Disk files of servers. */

import { stat, truncate } from 'node:fs/promises'
import type { CatalogueServerType } from './catalogue/server-types.ts'
import type { StoredServer } from './entities.ts'
import type { CloudContext } from './environment.ts'

/**
 * Bytes of a GB of disk. Assumed to be 1024^3 for the real cloud's disks too: its documentation says only 'GB'.
 */
const BYTES_PER_GB = 1024 ** 3

/** Makes the server's disk: a copy of the snapshot it is made from, else a placeholder. */
export async function makeServerDisk(
  { options, store }: CloudContext,
  server: StoredServer,
  type: CatalogueServerType,
): Promise<void> {
  const file = store.serverDisk(server.id)
  const bytes = options.diskBytes?.(type.architecture) ?? type.disk * BYTES_PER_GB
  if (!store.state.images.some(({ id }) => id === server.image)) {
    await options.disks.createPlaceholderDisk(file, bytes)
    return
  }
  await options.disks.copyDisk(store.imageDisk(server.image), file)
  // A snapshot of a smaller server leaves the rest of the disk empty.
  if ((await stat(file)).size < bytes) await truncate(file, bytes)
}
