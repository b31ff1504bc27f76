/** Compresses a disk in each of the ways that the Factory offers. */

import type { Compression } from '../asset-path.ts'
import { compressGzip } from './gzip.ts'
import type { CompressionJob } from './job.ts'
import { compressXz } from './xz.ts'
import { compressZstd } from './zstd.ts'

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
