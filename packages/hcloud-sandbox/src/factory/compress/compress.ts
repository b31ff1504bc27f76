/** Compresses a disk in each of the ways that the Factory offers. */

import { open } from 'node:fs/promises'
import type { Compression } from '../asset-path.ts'
import { runCommand } from './command.ts'
import { compressGzip } from './gzip.ts'
import type { CompressionJob } from './job.ts'
import { readUnits } from './units.ts'
import { compressXz } from './xz.ts'

type Compress = (job: CompressionJob, signal?: AbortSignal) => Promise<void>

/**
 * Each of them writes the job's target.
 * They throw SandboxError `sandbox` when a program is missing or fails, and the signal's reason when it aborts.
 */
export const COMPRESS: Readonly<Record<Exclude<Compression, 'none'>, Compress>> = {
  zst: compressZstd,
  xz: compressXz,
  gz: compressGzip,
}

/**
 * Compresses with zstd; the frame tells the size of the disk.
 * @throws SandboxError `sandbox` when zstd is missing or fails; the signal's reason when it aborts
 */
async function compressZstd({ source, target, layout }: CompressionJob, signal?: AbortSignal): Promise<void> {
  await using disk = await open(source, 'r')
  async function* input(): AsyncGenerator<Buffer> {
    for await (const { bytes } of readUnits(disk, layout, signal)) yield bytes
  }
  const options = ['-1', '-T2', '-q', '-f', `--stream-size=${layout.diskBytes}`, '-o', target]
  await runCommand('zstd', options, { input: input(), signal })
}
