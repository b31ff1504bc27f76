/** Puts .xz streams together out of blocks (The .xz File Format, version 1.1.0). */

import { crc32 } from 'node:zlib'

/** Stream header and stream footer are this long. */
const END_BYTES = 12
/** An LZMA2 chunk holds at most so much that is not compressed. */
const CHUNK_BYTES = 64 * 1024
/** Checksums of blocks are CRC32. */
const FLAGS = Buffer.from([0x00, 0x01])

/** One block of a stream, and what the index at the stream's end says of it. */
export interface XzBlock {
  readonly bytes: Buffer
  /** Length of the block without its padding to a multiple of four. */
  readonly unpaddedBytes: number
  readonly uncompressedBytes: number
}

/** What a stream begins with. */
export function formatXzHeader(): Buffer {
  return Buffer.concat([Buffer.from('fd377a585a00', 'hex'), FLAGS, formatCrc(FLAGS)])
}

/** Index and footer: what a stream of these blocks ends with. */
export function formatXzEnd(blocks: readonly Omit<XzBlock, 'bytes'>[]): Buffer {
  const sizes = blocks.flatMap(({ unpaddedBytes, uncompressedBytes }) => [unpaddedBytes, uncompressedBytes])
  const list = pad(Buffer.from([0, ...[blocks.length, ...sizes].flatMap(formatNumber)]))
  const index = Buffer.concat([list, formatCrc(list)])
  const backward = Buffer.alloc(4)
  backward.writeUInt32LE(index.length / 4 - 1)
  const fields = Buffer.concat([backward, FLAGS])
  return Buffer.concat([index, formatCrc(fields), fields, Buffer.from('YZ', 'latin1')])
}

/** A block that holds the bytes as they are, as xz itself does with what it cannot compress. */
export function storeXzBlock(bytes: Buffer): XzBlock {
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    const chunk = bytes.subarray(at, at + CHUNK_BYTES)
    const control = Buffer.from([at === 0 ? 1 : 2, 0, 0])
    control.writeUInt16BE(chunk.length - 1, 1)
    chunks.push(control, chunk)
  }
  const data = Buffer.concat([...chunks, Buffer.from([0])])
  const header = formatBlockHeader(data.length, bytes.length)
  return {
    bytes: Buffer.concat([header, pad(data), formatCrc(bytes)]),
    unpaddedBytes: header.length + data.length + 4,
    uncompressedBytes: bytes.length,
  }
}

/**
 * Takes the only block out of a stream with CRC32 checksums.
 * @throws RangeError when that is not what the stream is
 */
export function takeXzBlock(stream: Buffer): XzBlock {
  if (!stream.subarray(0, END_BYTES).equals(formatXzHeader())) throw new RangeError('not an .xz stream with CRC32')
  const end = stream.length - END_BYTES
  const index = stream.subarray(end - (stream.readUInt32LE(end + 4) + 1) * 4, end)
  const [blocks, unpaddedBytes, uncompressedBytes] = parseNumbers(index.subarray(1))
  if (blocks !== 1 || unpaddedBytes === undefined || uncompressedBytes === undefined) {
    throw new RangeError('not an .xz stream of one block')
  }
  return { bytes: stream.subarray(END_BYTES, end - index.length), unpaddedBytes, uncompressedBytes }
}

/** Says that both sizes follow, and that LZMA2 with a dictionary of 256 KiB is the only filter. */
function formatBlockHeader(compressedBytes: number, uncompressedBytes: number): Buffer {
  const filter = [0x21, 1, 12]
  const fields = Buffer.from([0, 0xc0, ...formatNumber(compressedBytes), ...formatNumber(uncompressedBytes), ...filter])
  const header = pad(fields)
  header.writeUInt8(header.length / 4, 0)
  return Buffer.concat([header, formatCrc(header)])
}

function pad(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
}

function formatCrc(bytes: Buffer): Buffer {
  const crc = Buffer.alloc(4)
  crc.writeUInt32LE(crc32(bytes))
  return crc
}

/** Seven bits a byte, the lowest first; the top bit says that more follow. */
function formatNumber(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  bytes.push(rest)
  return bytes
}

function parseNumbers(bytes: Buffer): number[] {
  const numbers: number[] = []
  let value = 0
  let factor = 1
  for (const byte of bytes) {
    value += (byte & 0x7f) * factor
    factor *= 0x80
    if (byte >= 0x80) continue
    numbers.push(value)
    value = 0
    factor = 1
  }
  return numbers
}
