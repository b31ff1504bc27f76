/** Reads a disk in units of one MiB, telling those apart that are nothing but zeros. */

import type { FileHandle } from 'node:fs/promises'
import { type DiskLayout, mayHoldData } from '../disk-layout.ts'

const UNIT_BYTES = 1024 * 1024
const ZEROS = Buffer.alloc(UNIT_BYTES)

export interface Unit {
  /** One MiB, or less at the end of the disk. */
  readonly bytes: Buffer
  /** Whether this is a whole unit of zeros. */
  readonly zero: boolean
}

/** A whole unit of zeros. */
export function zeroUnit(): Buffer {
  return ZEROS
}

/**
 * All units of the disk from its start to its end. Where the layout has no data nothing is read:
 * reading a hole takes memory and time for every page of it.
 * @throws the signal's reason when it aborts
 */
export async function* readUnits(disk: FileHandle, layout: DiskLayout, signal?: AbortSignal): AsyncGenerator<Unit> {
  for (let offset = 0; offset < layout.diskBytes; offset += UNIT_BYTES) {
    signal?.throwIfAborted()
    const length = Math.min(UNIT_BYTES, layout.diskBytes - offset)
    if (length === UNIT_BYTES && !mayHoldData(layout, { offset, bytes: length })) {
      yield { bytes: ZEROS, zero: true }
      continue
    }
    const { bytesRead, buffer } = await disk.read(Buffer.alloc(length), 0, length, offset)
    if (bytesRead !== length) throw new RangeError('the disk is shorter than its layout')
    yield { bytes: buffer, zero: buffer.equals(ZEROS) }
  }
}
