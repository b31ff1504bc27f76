/**
 * Compresses a disk with gzip: one member, made of independently deflated units, so that the zero units,
 * which are most of a disk, are deflated once and copied (RFC 1951 and 1952).
 */

import { open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { constants, crc32, deflateRaw } from 'node:zlib'
import type { CompressionJob } from './job.ts'
import { readUnits, zeroUnit } from './units.ts'

const deflate = promisify(deflateRaw)

/** Magic number, deflate, no flags, no time, fastest, Unix. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 3])
/** An empty final block. */
const LAST_BLOCK = Buffer.from([0x03, 0x00])

/**
 * Does the job.
 * @throws the signal's reason when it aborts
 */
export async function compressGzip({ source, target, layout }: CompressionJob, signal?: AbortSignal): Promise<void> {
  await using disk = await open(source, 'r')
  await using out = await open(target, 'wx', 0o600)
  const zeros = await deflateUnit(zeroUnit())
  let crc = 0
  let size = 0
  await out.write(HEADER)
  for await (const { bytes, zero } of readUnits(disk, layout, signal)) {
    await out.write(zero ? zeros : await deflateUnit(bytes))
    crc = crc32(bytes, crc)
    size += bytes.length
  }
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc, 0)
  trailer.writeUInt32LE(size % 2 ** 32, 4)
  await out.write(Buffer.concat([LAST_BLOCK, trailer]))
}

/** A full flush ends on a whole byte and forgets what came before, so that pieces can be put together. */
async function deflateUnit(bytes: Buffer): Promise<Buffer> {
  return await deflate(bytes, { level: 1, finishFlush: constants.Z_FULL_FLUSH })
}
