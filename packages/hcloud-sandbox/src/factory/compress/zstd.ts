/** Compresses a disk with zstd. */

import { open } from 'node:fs/promises'
import { runCommand } from './command.ts'
import type { CompressionJob } from './job.ts'
import { readUnits } from './units.ts'

/**
 * Does the job; the frame tells the size of the disk.
 * @throws SandboxError `sandbox` when zstd is missing or fails; the signal's reason when it aborts
 */
export async function compressZstd({ source, target, layout }: CompressionJob, signal?: AbortSignal): Promise<void> {
  await using disk = await open(source, 'r')
  async function* input(): AsyncGenerator<Buffer> {
    for await (const { bytes } of readUnits(disk, layout, signal)) yield bytes
  }
  const options = ['-1', '-T2', '-q', '-f', `--stream-size=${layout.diskBytes}`, '-o', target]
  await runCommand('zstd', options, { input: input(), signal })
}
