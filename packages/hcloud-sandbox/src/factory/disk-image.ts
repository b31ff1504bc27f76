/** Makes an emulated Talos disk as a sparse file. */

import { createCipheriv, createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { toTalosArchitecture } from './asset-path.ts'
import { type DiskLayout, findPartition } from './disk-layout.ts'
import { MIB } from './disk-size.ts'
import { formatPartitionTable } from './partition-table.ts'
import { formatTalosDisk, type TalosDisk } from './talos-disk.ts'

const TEXT_BYTES = 64 * 1024

/**
 * Writes the disk to a new file of exactly its size, of which only the data is allocated. The same disk and layout always
 * give the same bytes.
 * @throws the signal's reason when it aborts
 */
export async function writeDiskImage(
  file: string,
  disk: TalosDisk,
  layout: DiskLayout,
  signal?: AbortSignal,
): Promise<void> {
  const seed = [disk.schematicId, disk.version, toTalosArchitecture(disk.architecture)].join('\n')
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.truncate(layout.diskBytes)
    await writeData(handle, layout, seed, signal)
    const meta = formatTalosDisk(disk)
    await handle.write(meta, 0, meta.length, findPartition(layout, 'META').offset)
    const { front, back } = formatPartitionTable(layout, seed)
    await handle.write(front, 0, front.length, 0)
    await handle.write(back, 0, back.length, layout.diskBytes - back.length)
  } finally {
    await handle.close()
  }
}

/**
 * Fills the data extents with a keystream, which does not compress, as kernel and initramfs do not,
 * and 64 KiB of text at the end of each whole MiB, which does.
 */
async function writeData(handle: FileHandle, layout: DiskLayout, seed: string, signal?: AbortSignal): Promise<void> {
  const key = createHash('sha256').update(seed).digest()
  const keystream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16))
  const zeros = Buffer.alloc(MIB)
  for (const { offset, bytes } of layout.data) {
    for (let done = 0; done < bytes; done += MIB) {
      signal?.throwIfAborted()
      const chunk = keystream.update(zeros.subarray(0, Math.min(MIB, bytes - done)))
      if (chunk.length === MIB) chunk.fill(`${key.toString('hex')}\n`, MIB - TEXT_BYTES)
      await handle.write(chunk, 0, chunk.length, offset + done)
    }
  }
}
