/** What the headers of compressed disk images tell: how large the disk is, and whether it begins like one. */

import { constants, gunzipSync } from 'node:zlib'
import type { Compression } from '../compressions.ts'

/** Reads bytes anywhere in a source. Short reads happen only at its end. */
export interface RandomAccess {
  readonly sizeBytes: number
  read(offset: number, length: number): Promise<Uint8Array>
}

/** What can be read of a format; what is left out cannot. */
interface Format {
  /** Bytes of the decompressed disk; undefined when this file does not say it. */
  readonly diskBytes?: (source: RandomAccess) => Promise<number | undefined> | number
  /** The first bytes of the disk, at least a sector; undefined for a damaged beginning. */
  readonly firstBytes?: (head: Uint8Array) => Promise<Uint8Array | undefined> | Uint8Array | undefined
}

/** gzip counts the size modulo 4 GiB, so it does not tell; xz is not looked into. */
const FORMATS: Readonly<Partial<Record<Compression, Format>>> = {
  none: { diskBytes: ({ sizeBytes }) => sizeBytes, firstBytes: (head) => head },
  zst: { diskBytes: async (source) => zstdContentBytes(await source.read(0, 18)), firstBytes: firstZstdBytes },
  xz: { diskBytes: xzContentBytes },
  gz: { firstBytes: firstGzipBytes },
}

/** Bytes of the decompressed disk; undefined when the format does not say it reliably. */
export async function unpackedBytes(compression: Compression, source: RandomAccess): Promise<number | undefined> {
  return FORMATS[compression]?.diskBytes?.(source)
}

/** Enough of a source for its first block, however it is compressed (a zstd block holds at most 128 KiB). */
export const HEAD_BYTES = 256 * 1024

const SECTOR_BYTES = 512

/**
 * Whether the source begins like a disk: a boot sector that ends in 55 AA, which every MBR and GPT disk has.
 * undefined when it cannot be told from here; the written disk is looked at again.
 */
export async function looksLikeDisk(compression: Compression, head: Uint8Array): Promise<boolean | undefined> {
  const sector = await FORMATS[compression]?.firstBytes?.(head)
  if (sector === undefined) return undefined
  return sector.length >= SECTOR_BYTES && sector[510] === 0x55 && sector[511] === 0xaa
}

/** Enough of a gzip file for its first sector; more of it could unpack to a thousand times its size. */
const GZIP_HEAD_BYTES = 16 * 1024

function firstGzipBytes(head: Uint8Array): Uint8Array | undefined {
  try {
    return gunzipSync(head.subarray(0, GZIP_HEAD_BYTES), { finishFlush: constants.Z_SYNC_FLUSH })
  } catch {
    return undefined
  }
}

/**
 * The content size in a Zstandard frame header, which `zstd` writes when it knows the size of its input.
 * Source: RFC 8878, 3.1.1.1.
 */
function zstdContentBytes(head: Uint8Array): number | undefined {
  const descriptor = head[4]
  if (descriptor === undefined) return undefined
  const singleSegment = (descriptor & 0x20) !== 0
  const sizeFlag = descriptor >> 6
  const sizeLength = sizeFlag === 0 ? (singleSegment ? 1 : 0) : 1 << sizeFlag
  if (sizeLength === 0) return undefined
  const dictionaryLength = [0, 1, 2, 4][descriptor & 3] ?? 0
  const start = 5 + (singleSegment ? 0 : 1) + dictionaryLength
  const field = head.subarray(start, start + sizeLength)
  if (field.length < sizeLength) return undefined
  return littleEndian(field) + (sizeLength === 2 ? 256 : 0)
}

/** What `zstd -d` takes, too; the library would reserve as much as the header asks for. */
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

/** Most concatenated streams that are followed before the size counts as unknown. */
const MOST_XZ_STREAMS = 16

/**
 * The sum of the uncompressed sizes in the indexes of an .xz file, read from its end.
 * Source: The .xz File Format 1.2, sections 2.1.2 and 4.
 */
async function xzContentBytes(source: RandomAccess): Promise<number | undefined> {
  let end = source.sizeBytes
  let total = 0
  for (let streams = 0; end > 0; streams++) {
    if (streams === MOST_XZ_STREAMS || end < 32) return undefined
    const footer = await source.read(end - 12, 12)
    if (footer[10] !== 0x59 || footer[11] !== 0x5a) return undefined
    const indexLength = (littleEndian(footer.subarray(4, 8)) + 1) * 4
    if (indexLength > 1 << 24 || indexLength + 24 > end) return undefined
    const index = parseXzIndex(await source.read(end - 12 - indexLength, indexLength))
    if (index === undefined) return undefined
    total += index.contentBytes
    end -= 12 + indexLength + index.blocksBytes + 12
  }
  return end === 0 ? total : undefined
}

function parseXzIndex(index: Uint8Array): { contentBytes: number; blocksBytes: number } | undefined {
  let at = 1
  const next = (): number | undefined => {
    let value = 0
    for (let shift = 0; shift < 63; shift += 7) {
      const byte = index[at++]
      if (byte === undefined) return undefined
      value += (byte & 0x7f) * 2 ** shift
      if ((byte & 0x80) === 0) return value
    }
    return undefined
  }
  const records = index[0] === 0 ? next() : undefined
  if (records === undefined || records > index.length) return undefined
  let contentBytes = 0
  let blocksBytes = 0
  for (let record = 0; record < records; record++) {
    const unpadded = next()
    const uncompressed = next()
    if (unpadded === undefined || uncompressed === undefined) return undefined
    contentBytes += uncompressed
    blocksBytes += Math.ceil(unpadded / 4) * 4
  }
  return { contentBytes, blocksBytes }
}

function littleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0)
}
