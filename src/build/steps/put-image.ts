/** Writing and checking, again when that can help. */

import { TalosImageError } from '../../errors.ts'
import type { PlannedImage } from '../../plan/plan.ts'
import type { Session } from '../../remote/session.ts'
import type { ImageBuild } from '../run.ts'
import { resetIntoRescue } from './boot-rescue.ts'
import type { BuildServer } from './server.ts'
import { findDiskFault } from './verify-disk.ts'
import { type WriteMode, type WrittenDisk, writeDisk } from './write-disk.ts'

/** How often one image is written at most. */
const MOST_WRITES = 3

export interface PutImageSteps {
  readonly write: <T>(work: () => Promise<T>) => Promise<T>
  readonly verify: <T>(work: () => Promise<T>) => Promise<T>
}

/**
 * Writes the image and reads it back. A fault of the download or of the connection is met with another try, a disk
 * that does not hold what was written with one plain write, without discarding or leaving blocks out.
 * @throws TalosImageError what the last try ended with; `verify` when the disk is wrong after a plain write, too
 */
export async function putImage(
  build: ImageBuild,
  image: PlannedImage,
  server: BuildServer,
  rescue: Session,
  steps: PutImageSteps,
): Promise<WrittenDisk> {
  let session = rescue
  let mode: WriteMode = 'sparse'
  try {
    for (let tries = 1; ; tries++) {
      try {
        const written = await steps.write(() => writeDisk(build, image, session, mode))
        const fault = await steps.verify(() => findDiskFault(build, session, written))
        if (fault === undefined) return written
        if (mode === 'plain' || image.source.kind === 'stdin')
          throw new TalosImageError({ code: 'verify', message: fault })
        mode = 'plain'
        build.emit({ type: 'note', image: image.name, text: `${fault}; writing once more, every block` })
      } catch (error) {
        if (!mayRepeat(build, image, error) || tries >= MOST_WRITES) throw error
        build.emit({ type: 'note', image: image.name, text: `${error.message}; trying again` })
        if (error.code === 'ssh') {
          session.end()
          session = await resetIntoRescue(build, server)
        }
      }
    }
  } finally {
    session.end()
  }
}

/** A lost connection or a broken download can be repeated; what was read here, or cannot be read twice, is not. */
function mayRepeat(build: ImageBuild, { source }: PlannedImage, error: unknown): error is TalosImageError {
  if (build.signal.aborted || source.kind === 'stdin' || !(error instanceof TalosImageError)) return false
  if (error.code === 'ssh') return true
  return error.code === 'source' && error.hint === undefined && source.kind !== 'file'
}
