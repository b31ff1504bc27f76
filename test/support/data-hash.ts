/** What the scripts' hash of a disk must be, computed without them. */

import { createHash } from 'node:crypto'

/** BLAKE2b of each block of 64 KiB that is not zero, behind its place. */
export function dataHash(disk: Uint8Array): string {
  const hash = createHash('blake2b512')
  for (let at = 0; at < disk.length; at += 65536) {
    const block = disk.subarray(at, at + 65536)
    if (block.every((byte) => byte === 0)) continue
    const place = Buffer.alloc(8)
    place.writeBigUInt64BE(BigInt(at))
    hash.update(place).update(block)
  }
  return hash.digest('hex')
}
