/** Tells what a disk image is packed with, by its content, and how large it will be unpacked, by its headers. */

import type { Compression } from './source.ts'

/** Reads bytes anywhere in a source. Short reads happen only at its end. */
export interface RandomAccess {
  readonly sizeBytes: number
  read(offset: number, length: number): Promise<Uint8Array>
}

/** The compression that the first bytes speak of; anything unknown is taken for a plain disk. */
export function detectCompression(head: Uint8Array): Compression {
  if (startsWith(head, [0x28, 0xb5, 0x2f, 0xfd])) return 'zst'
  if (startsWith(head, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])) return 'xz'
  if (startsWith(head, [0x1f, 0x8b])) return 'gz'
  return 'none'
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte)
}

/** Bytes of the unpacked disk, or undefined when the format does not say it reliably (gzip counts modulo 4 GiB). */
export async function unpackedBytes(compression: Compression, source: RandomAccess): Promise<number | undefined> {
  switch (compression) {
    case 'none':
      return source.sizeBytes
    case 'zst':
      return zstdContentBytes(await source.read(0, 18))
    case 'xz':
      return xzContentBytes(source)
    case 'gz':
      return undefined
  }
}

/**
 * The content size in a Zstandard frame header, which `zstd` writes when it knows the size of its input.
 * Source: RFC 8878, 3.1.1.1.
 */
export function zstdContentBytes(head: Uint8Array): number | undefined {
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
