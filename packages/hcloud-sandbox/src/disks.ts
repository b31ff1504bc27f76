/** Disk files of the sandbox: as large as a server's disk, and as small on this computer as what was written to them. */

import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { chmod, copyFile, open, rm, stat, statfs } from 'node:fs/promises'
import { promisify } from 'node:util'
import { SandboxError } from './errors.ts'
import {
  BACK_SECTORS,
  FRONT_SECTORS,
  PARTITION_TYPES,
  type Partition,
  SECTOR_BYTES,
  toPartitionTable,
} from './machines/gpt.ts'

const run = promisify(execFile)

const MIB = 1024 * 1024
/** Less holds no partition table with a partition. */
const SMALLEST_DISK_BYTES = MIB

/** What the blocks of a placeholder system are full of. None of it may be left on a disk that was written anew. */
export const PLACEHOLDER_MARKER = 'talos-image placeholder system, stale data\n'

const BLOCK_BYTES = 64 * 1024
const MARKER_BLOCK = Buffer.alloc(BLOCK_BYTES, PLACEHOLDER_MARKER)
/** As far as the partitions of a Talos disk reach (at most 4247 MiB, November 2026), and a bit on. */
const TALOS_REACH_BYTES = 4300 * MIB
const BLOCKS_IN_REACH = 100
const BLOCKS_BEYOND = 100

const DISK_ID = '6b1f0a52-0d4e-4b55-9d0c-7a5f2f5d1c01'

/**
 * Makes a sparse disk file that already holds something, as the disk of a new server does: a partition table and stale
 * blocks all over it, down to the last sectors; some 13 MiB of data on a disk of any larger size.
 * @param bytes a multiple of 512
 * @throws SandboxError `sandbox` when the file is there already or cannot be written
 */
export async function createPlaceholderDisk(path: string, bytes: number): Promise<void> {
  if (bytes < SMALLEST_DISK_BYTES || bytes % SECTOR_BYTES !== 0)
    throw new RangeError(`a disk cannot have ${bytes} bytes`)
  const sectors = bytes / SECTOR_BYTES
  const { front, back } = toPartitionTable(DISK_ID, sectors, toPlaceholderPartitions(sectors))
  const handle = await open(path, 'wx', 0o600).catch((cause: unknown) => {
    throw diskError(`the disk file ${path} cannot be made`, 'choose another folder for the state of the sandbox', cause)
  })
  try {
    await handle.truncate(bytes)
    await Promise.all(toMarkerOffsets(bytes).map((offset) => handle.write(MARKER_BLOCK, 0, BLOCK_BYTES, offset)))
    await handle.write(front, 0, front.length, 0)
    await handle.write(back, 0, back.length, bytes - back.length)
  } finally {
    await handle.close()
  }
}

/** As a Debian cloud image has them: a boot loader, an EFI system partition, and the root up to the end. */
function toPlaceholderPartitions(sectors: number): Partition[] {
  const align = MIB / SECTOR_BYTES
  const lastSector = sectors - BACK_SECTORS - 1
  const rootStart = 128 * align
  const toPartition = (number: number, name: string, type: string, firstSector: number, lastSector: number) => {
    const id = `6b1f0a52-0d4e-4b55-9d0c-7a5f2f5d1d${String(number).padStart(2, '0')}`
    return { number, name, type, id, firstSector, lastSector }
  }
  if (lastSector < rootStart + align) {
    return [toPartition(1, 'root', PARTITION_TYPES.linux, FRONT_SECTORS, lastSector)]
  }
  return [
    toPartition(1, 'root', PARTITION_TYPES.linux, rootStart, lastSector),
    toPartition(14, 'bios', PARTITION_TYPES.biosBoot, align, 4 * align - 1),
    toPartition(15, 'efi', PARTITION_TYPES.efiSystem, 4 * align, rootStart - 1),
  ]
}

/** Evenly over what a Talos image covers, and over what lies beyond; always the first, the middle and the last block. */
function toMarkerOffsets(bytes: number): number[] {
  const lastBlock = bytes - BLOCK_BYTES
  const reach = Math.min(TALOS_REACH_BYTES, lastBlock)
  const spread = (from: number, to: number, count: number) =>
    Array.from({ length: count }, (_, index) => from + ((to - from) * index) / count)
  const wanted = [...spread(0, reach, BLOCKS_IN_REACH), ...spread(reach, lastBlock, BLOCKS_BEYOND), bytes / 2]
  const aligned = wanted.map((offset) => Math.min(Math.floor(offset / BLOCK_BYTES) * BLOCK_BYTES, lastBlock))
  return [...new Set([...aligned, lastBlock])]
}

/**
 * Copies a disk file, and what is zero in it becomes a hole. Shares the data where the file system can.
 * @throws SandboxError `sandbox` when it cannot be copied; the signal's reason when it aborts. Nothing stays then.
 */
export async function copyDisk(from: string, to: string, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted()
  try {
    if (process.platform === 'linux') {
      await run(
        'cp',
        ['--sparse=always', '--reflink=auto', '--no-preserve=mode', '--', from, to],
        signal === undefined ? {} : { signal },
      )
    } else {
      await copyFile(from, to, constants.COPYFILE_FICLONE)
    }
    // A machine can change the mode of its disk, to set-user-ID above all: the copy must not keep that.
    await chmod(to, 0o600)
  } catch (cause) {
    await rm(to, { force: true })
    signal?.throwIfAborted()
    throw diskError(
      `the disk file ${from} cannot be copied to ${to}`,
      'see whether the file is there, and room for it',
      cause,
    )
  }
}

/** What a file takes up on this computer, in bytes; far less than its size when it is sparse. */
export async function allocatedBytes(path: string): Promise<number> {
  // stat(2) counts in blocks of 512 bytes on every file system.
  return (await stat(path)).blocks * 512
}

/** What an ordinary user can still write below a folder, in bytes. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** @throws SandboxError `sandbox` when fewer bytes are free below a folder */
export async function assertFreeSpace(folder: string, neededBytes: number): Promise<void> {
  const free = await freeBytes(folder)
  if (free >= neededBytes) return
  const toMegabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`
  throw diskError(
    `the sandbox needs ${toMegabytes(neededBytes)} in ${folder}, and ${toMegabytes(free)} are free`,
    `remove what you no longer need from ${folder}, or choose another folder for the state of the sandbox`,
  )
}

function diskError(message: string, hint: string, cause?: unknown): SandboxError {
  return new SandboxError({ code: 'sandbox', message, hint }, { cause })
}
