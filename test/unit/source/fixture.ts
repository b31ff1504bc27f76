/** Disk images, packed by the real commands. */

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'

export const MIB = 1 << 20

/** A small disk: a boot sector, some data that cannot be packed, and zeros. */
export function diskImage(bytes = 3 * MIB, dataBytes = 200_000): Buffer {
  const disk = Buffer.alloc(bytes)
  randomBytes(Math.min(dataBytes, bytes - 512)).copy(disk, 512)
  disk[510] = 0x55
  disk[511] = 0xaa
  return disk
}

/** The same disk with what a GPT says of its size. */
export function withTable(disk: Buffer, bytes: number, sector = 512): Buffer {
  const changed = Buffer.from(disk)
  changed.write('EFI PART', sector, 'latin1')
  changed.writeBigUInt64LE(BigInt(bytes / sector - 1), sector + 32)
  return changed
}

/** What a command makes of its standard input. */
export function pipeThrough(command: string, args: readonly string[], input: Uint8Array): Buffer {
  return execFileSync(command, args, { input, maxBuffer: 1 << 30 })
}

export const zstd = (input: Uint8Array, ...args: string[]): Buffer => pipeThrough('zstd', ['-q', '-c', ...args], input)
export const xz = (input: Uint8Array, ...args: string[]): Buffer => pipeThrough('xz', ['-0', '-c', ...args], input)
export const bzip2 = (input: Uint8Array): Buffer => pipeThrough('bzip2', ['-c'], input)
export const gzip = (input: Uint8Array, ...args: string[]): Buffer => pipeThrough('gzip', ['-c', ...args], input)

/** A number generator that gives the same every time, so that a failure can be seen again. */
export function createRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
