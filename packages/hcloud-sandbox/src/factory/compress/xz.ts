/**
 * Compresses a disk with xz, which itself would need a quarter of a minute for it: the zero blocks, which are
 * most of a disk and all alike, are compressed once, and the others, which hardly compress, are stored.
 */

import { open, readFile, rm } from 'node:fs/promises'
import { runCommand } from './command.ts'
import type { CompressionJob } from './job.ts'
import { readUnits, zeroUnit } from './units.ts'
import { formatXzEnd, formatXzHeader, storeXzBlock, takeXzBlock, type XzBlock } from './xz-stream.ts'

/**
 * Does the job.
 * @throws SandboxError `sandbox` when xz is missing or fails; the signal's reason when it aborts
 */
export async function compressXz(
  { source, target, scratch, layout }: CompressionJob,
  signal?: AbortSignal,
): Promise<void> {
  const zeros = await makeZeroBlock(scratch, signal)
  await using disk = await open(source, 'r')
  await using out = await open(target, 'wx', 0o600)
  const blocks: Omit<XzBlock, 'bytes'>[] = []
  await out.write(formatXzHeader())
  for await (const { bytes, zero } of readUnits(disk, layout, signal)) {
    const { bytes: block, ...sizes } = zero ? zeros : storeXzBlock(bytes)
    await out.write(block)
    blocks.push(sizes)
  }
  await out.write(formatXzEnd(blocks))
}

/** One unit of zeros, compressed by xz itself; with -T2 it notes the sizes that a parallel decoder wants. */
async function makeZeroBlock(scratch: string, signal?: AbortSignal): Promise<XzBlock> {
  try {
    await using file = await open(scratch, 'wx', 0o600)
    await runCommand('xz', ['-0', '-T2', '--check=crc32', '-c'], { input: [zeroUnit()], output: file.fd, signal })
    return takeXzBlock(await readFile(scratch))
  } finally {
    await rm(scratch, { force: true })
  }
}
