/** Tells a disk from anything else by its boot sector, looking through the compression where that is cheap. */

import { constants, gunzipSync } from 'node:zlib'
import { zstdContentBytes } from './compression.ts'
import type { Compression } from './source.ts'

/** Enough of a source for its first block, whatever it is packed with (a zstd block holds at most 128 KiB). */
export const HEAD_BYTES = 256 * 1024

const SECTOR_BYTES = 512

/** Enough of a gzip file for its first sector; more of it could unpack to a thousand times its size. */
const GZIP_HEAD_BYTES = 16 * 1024

/**
 * Whether the source begins like a disk: a boot sector that ends in 55 AA, which every MBR and GPT disk has.
 * undefined when it cannot be told from here (xz, or a damaged beginning): the written disk is looked at again.
 */
export async function looksLikeDisk(compression: Compression, head: Uint8Array): Promise<boolean | undefined> {
  const sector = await firstSector(compression, head)
  if (sector === undefined) return undefined
  return sector.length >= SECTOR_BYTES && sector[510] === 0x55 && sector[511] === 0xaa
}

async function firstSector(compression: Compression, head: Uint8Array): Promise<Uint8Array | undefined> {
  switch (compression) {
    case 'none':
      return head
    case 'gz':
      try {
        return gunzipSync(head.subarray(0, GZIP_HEAD_BYTES), { finishFlush: constants.Z_SYNC_FLUSH })
      } catch {
        return undefined
      }
    case 'zst':
      return firstZstdBytes(head)
    case 'xz':
      return undefined
  }
}

/** What `zstd -d` takes, too; the library would reserve whatever the header asks for. */
const MOST_WINDOW_BYTES = 128 * 1024 * 1024

/** How much a zstd frame wants to look back at, by its header. Source: RFC 8878, 3.1.1.1.2. */
function windowBytes(head: Uint8Array): number {
  const [, , , , flags = 0, window = 0] = head
  if ((flags & 0x20) !== 0) return zstdContentBytes(head) ?? 0
  const base = 2 ** (10 + (window >> 3))
  return base + (base / 8) * (window & 7)
}

/** Node.js 20 cannot unpack zstd by itself. Stops after the first sector: a block of zeros unpacks to 32768 times its size. */
async function firstZstdBytes(head: Uint8Array): Promise<Uint8Array | undefined> {
  if (windowBytes(head) > MOST_WINDOW_BYTES) return undefined
  const { Decompress } = await import('fzstd')
  const chunks: Uint8Array[] = []
  let length = 0
  const decompress = new Decompress((chunk) => {
    chunks.push(chunk.slice(0, SECTOR_BYTES))
    length += chunk.length
    if (length >= SECTOR_BYTES) throw new Error('this is enough')
  })
  try {
    decompress.push(head)
  } catch {
    // Enough, or damaged: what there is by now decides.
  }
  return chunks.length > 0 ? Buffer.concat(chunks) : undefined
}
