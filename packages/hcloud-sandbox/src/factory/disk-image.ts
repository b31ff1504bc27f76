/** Makes an emulated Talos disk as a sparse file. */

import { createCipheriv, createHash } from 'node:crypto'
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { SECTOR_BYTES } from '../machines/gpt.ts'
import type { BootSystem } from '../machines/machine.ts'
import { toTalosArchitecture } from './asset-path.ts'
import { type DiskLayout, findPartition } from './disk-layout.ts'
import { MIB } from './disk-size.ts'
import { formatPartitionTable } from './partition-table.ts'
import { formatTalosDisk, type TalosDisk } from './talos-disk.ts'

export interface DiskContent {
  readonly disk: TalosDisk
  readonly layout: DiskLayout
  /** What it boots from; the layout has room for it. */
  readonly boot?: BootSystem | undefined
}

const TEXT_BYTES = 64 * 1024

/**
 * Writes the disk to a new file of exactly its size, of which only the data is allocated. The same disk and layout always
 * give the same bytes.
 * @throws the signal's reason when it aborts
 */
export async function writeDiskImage(file: string, content: DiskContent, signal?: AbortSignal): Promise<void> {
  const { disk, layout, boot } = content
  const seed = [disk.schematicId, disk.version, toTalosArchitecture(disk.architecture)].join('\n')
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.truncate(layout.diskBytes)
    await writeData(handle, layout, seed, signal)
    const meta = formatTalosDisk(disk)
    await handle.write(meta, 0, meta.length, findPartition(layout, 'META').offset)
    const { front, back } = formatPartitionTable(layout, seed)
    if (boot !== undefined) await writeBootSystem(handle, boot, layout, front)
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

/** The code in a disk's first sector, before what the partition table needs of it. */
const CODE_BYTES = 440
/** Where that code has the sector of the rest of GRUB, and the rest's first sector that of what follows. 64 bits, little-endian. */
const REST_SECTOR_AT = 0x5c
const NEXT_SECTOR_AT = SECTOR_BYTES - 12

/** @param front of the partition table, which gets the code of the first sector */
async function writeBootSystem(
  handle: FileHandle,
  { fileSystem, grub }: BootSystem,
  layout: DiskLayout,
  front: Buffer,
): Promise<void> {
  const content = await readFile(fileSystem)
  await handle.write(content, 0, content.length, findPartition(layout, grub === undefined ? 'EFI' : 'BOOT').offset)
  if (grub === undefined) return
  const { offset } = findPartition(layout, 'BIOS')
  const sector = BigInt(offset / SECTOR_BYTES)
  const rest = await readFile(grub.rest)
  rest.writeBigUInt64LE(sector + 1n, NEXT_SECTOR_AT)
  await handle.write(rest, 0, rest.length, offset)
  ;(await readFile(grub.first)).copy(front, 0, 0, CODE_BYTES)
  front.writeBigUInt64LE(sector, REST_SECTOR_AT)
}
