/** The server's disk as the host sees it: a plain file. */

import { execFile } from 'node:child_process'
import { type FileHandle, open } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Place } from './place.ts'

const run = promisify(execFile)

const STALE_BLOCK = Buffer.alloc(64 * 1024, 'what the disk held before\n')
/** Over the whole disk; together 16 MiB. */
const STALE_BLOCKS = 256

export interface Disk {
  /** Makes it what the disk of a new server is: old data all over it, and nothing else. On return all is written. */
  makeStale(): Promise<void>
  /**
   * What is behind the image.
   * @throws Error when the image is not what the disk begins with: the figures of such a pipeline are worth nothing
   */
  inspect(): Promise<'zeros' | 'old data'>
}

/** The disk of that place's server, which the place's image belongs onto. */
export function openDisk({ diskFile, diskBytes, rawFile, imageBytes }: Place): Disk {
  return {
    async makeStale() {
      await using disk = await open(diskFile, 'r+')
      await disk.truncate(0)
      await disk.truncate(diskBytes)
      for (const offset of staleOffsets(diskBytes)) await disk.write(STALE_BLOCK, 0, STALE_BLOCK.length, offset)
      await disk.sync()
    },
    async inspect() {
      await run('cmp', ['--silent', `--bytes=${imageBytes}`, '--', diskFile, rawFile]).catch((cause: unknown) => {
        throw new Error('the disk does not hold the image', { cause })
      })
      await using disk = await open(diskFile)
      for (const offset of staleOffsets(diskBytes)) {
        if (offset >= imageBytes && !(await isZero(disk, offset))) return 'old data'
      }
      return 'zeros'
    },
  }
}

/** At even distances, on whole blocks. */
const staleOffsets = (size: number): number[] =>
  Array.from({ length: STALE_BLOCKS }, (_, index) => {
    const offset = (index * size) / STALE_BLOCKS
    return offset - (offset % STALE_BLOCK.length)
  })

async function isZero(disk: FileHandle, offset: number): Promise<boolean> {
  const { buffer } = await disk.read(Buffer.alloc(STALE_BLOCK.length), 0, STALE_BLOCK.length, offset)
  return buffer.every((byte) => byte === 0)
}
