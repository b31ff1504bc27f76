/** Reads the disk back and compares it with what was to be written. */

import { COMPRESSION_TITLES } from '../../compressions.ts'
import { TalosImageError } from '../../errors.ts'
import type { PlannedImage } from '../../plan/plan.ts'
import { parseReport } from '../../remote/script-report.ts'
import type { Session } from '../../remote/session.ts'
import { verifyScript } from '../../remote/verify-script.ts'
import { CUT_HINT, describeCut } from '../../source/partition-table.ts'
import type { ImageBuild } from '../run.ts'
import { DEVICE } from './check-rescue.ts'
import type { WrittenDisk } from './write-disk.ts'

/**
 * Reads the disk back. @returns what is wrong with it, in words, or undefined when it is correct
 * @param oldBytes up to which byte the disk may have held data before; undefined when that could be anywhere
 * @throws TalosImageError `verify` when it cannot be read; `source` when the image has no boot sector, or ends
 * before its own partition table says
 */
export async function findDiskFault(
  build: ImageBuild,
  { source: { kind } }: PlannedImage,
  session: Session,
  written: WrittenDisk,
  oldBytes: number | undefined,
): Promise<string | undefined> {
  const { stdout, stderr, exitCode } = await session.run(
    verifyScript({ device: DEVICE, diskBytes: written.diskBytes, oldBytes }),
    {
      signal: build.signal,
      timeoutMs: build.timeouts.verifyMs,
      name: 'reading the disk back',
    },
  )
  const report = parseReport(stdout)
  const error = report.get('error')
  if (error !== undefined || exitCode !== 0) {
    throw new TalosImageError({ code: 'verify', message: `the disk could not be read back: ${error ?? stderr.trim()}` })
  }
  if (report.get('data-hash') !== written.dataHash) {
    return 'the disk does not hold what was written to it, or kept old data where there should be zeros'
  }
  if (report.get('boot-sector') !== 'ok') {
    throw new TalosImageError({
      code: 'source',
      message: 'the source is not a disk image: what was written has no boot sector',
      hint: `name a raw Talos disk, or one packed with ${COMPRESSION_TITLES}`,
    })
  }
  const cut = describeCut(written.diskBytes, Number(report.get('table-bytes') ?? 0))
  if (cut !== undefined) {
    const isLocal = kind === 'file' || kind === 'stdin'
    throw new TalosImageError({ code: 'source', message: `the image ${cut}`, hint: isLocal ? CUT_HINT : undefined })
  }
  const rest = report.get('rest')
  if (rest === 'zero') return undefined
  return `the disk holds old data behind the image, from byte ${rest ?? 'unknown'} on`
}
