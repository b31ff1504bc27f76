/** Writes the disk and reads it back, with retries. */

import { TalosImageError } from '../../errors.ts'
import type { PlannedImage } from '../../plan/plan.ts'
import type { Session } from '../../remote/session.ts'
import type { ImageBuild, RunStep } from '../run.ts'
import { isLost, type Rescue, rebootIntoRescue } from './boot-rescue.ts'
import type { BuildServer } from './server.ts'
import { findDiskFault } from './verify-disk.ts'
import { type WriteMode, type WrittenDisk, writeDisk } from './write-disk.ts'

/** How often a download or a machine may fail before the build of the image fails. */
const MOST_TRIES = 3
/** The pause after the first failed download; it is doubled after the second one. */
const DOWNLOAD_PAUSE_MS = 2000

/** What was written, and read back. */
export interface PutDisk {
  readonly written: WrittenDisk
  /** Why it is not proven that it was the server that did so; undefined when it is. */
  readonly unproven: string | undefined
}

/** The larger of the two units in which disk sizes are given. */
const GB = 1024 ** 3

/**
 * Writes the image and reads it back. After a failed download or a lost connection it tries again; when the disk differs
 * from what was written, it writes once more, all blocks and without discarding first.
 * @throws TalosImageError of the last try; `verify` when the disk is wrong after the second write as well
 */
export async function putImage(
  build: ImageBuild,
  image: PlannedImage,
  server: BuildServer,
  rescue: Rescue,
  step: RunStep,
): Promise<PutDisk> {
  let session: Session | undefined = rescue.session
  let { unproven } = rescue
  // Whether the disk holds nothing but what a new server has, and what is written now.
  let isNew = rescue.isFirstBoot
  let mode: WriteMode = 'sparse'
  // Kept when the connection is lost while the disk is read back: what was written and synced is still there.
  let written: WrittenDisk | undefined
  try {
    for (let losses = 0; ; ) {
      try {
        if (session === undefined) {
          isNew = false
          const again = await rebootIntoRescue(build, image, server)
          session = again.session
          unproven ??= again.unproven
        }
        const now = session
        written ??= await step('write', () => writeDisk(build, image, now, mode))
        const done = written
        // A disk that was wrong once is read back as a whole.
        const oldBytes = isNew && mode === 'sparse' ? toBytes(server.systemGb) : undefined
        const fault = await step('verify', () => findDiskFault(build, image, now, done, oldBytes))
        if (fault === undefined) return { written, unproven }
        if (mode === 'plain' || image.source.kind === 'stdin') throw wrongDisk(fault, image)
        mode = 'plain'
        written = undefined
        build.emit({ type: 'note', image: image.name, text: `${fault}; writing once more, every block` })
      } catch (error) {
        losses += 1
        if (!(error instanceof TalosImageError)) throw error
        // What is written next may be smaller.
        isNew = false
        if (error.code === 'source') written = undefined
        if (!mayRepeat(build, image, error, written !== undefined)) throw withReason(error, image)
        if (losses >= MOST_TRIES) throw triedOften(error, losses, image)
        build.emit({ type: 'note', image: image.name, text: `${error.message}; trying again` })
        if (isLost(error)) {
          session?.end()
          session = undefined
        } else {
          // A download that failed may need a moment.
          await build.clock.sleep(losses * DOWNLOAD_PAUSE_MS, build.signal)
        }
      }
    }
  } finally {
    session?.end()
  }
}

const toBytes = (gb: number | undefined): number | undefined => (gb === undefined ? undefined : gb * GB)

/** A lost connection or a failed download can be repeated; an error of a local file, or reading standard input, cannot. */
function mayRepeat(build: ImageBuild, { source }: PlannedImage, error: TalosImageError, isWritten: boolean): boolean {
  if (build.signal.aborted) return false
  if (isLost(error)) return isWritten || source.kind !== 'stdin'
  return error.code === 'source' && error.hint === undefined && (source.kind === 'url' || source.kind === 'factory')
}

const READ_ONCE = 'standard input cannot be read twice: save it to a file and use --image-file FILE'

function wrongDisk(message: string, { source }: PlannedImage): TalosImageError {
  return new TalosImageError({
    code: 'verify',
    message,
    hint:
      source.kind === 'stdin'
        ? `another write might help, but ${READ_ONCE}`
        : 'the disk of this server is faulty, or something else writes to it: build again, on another server',
  })
}

/** Explains why a build from standard input is not tried again. */
function withReason(error: TalosImageError, { source }: PlannedImage): TalosImageError {
  if (source.kind !== 'stdin' || !isLost(error)) return error
  const { code, message } = error
  return new TalosImageError({ code, message, hint: READ_ONCE }, { cause: error })
}

function triedOften({ code, message, hint }: TalosImageError, times: number, image: PlannedImage): TalosImageError {
  const told = `${message} (the last of ${times} tries)`
  return new TalosImageError({ code, message: told, hint: hint ?? downloadHint(message, image) })
}

/** curl's exit codes for: no such host, connection refused, no answer in time. Source: curl's manual page, exit codes. */
const UNREACHABLE = /curl: \((?:6|7|28)\)/

/** What curl says of the status 403. */
const BLOCKED = /returned error: 403/

/** curl's exit codes for: the server's certificate is not trusted. */
const UNTRUSTED = /curl: \((?:60|77)\)/

/**
 * What to do when the build server cannot reach what it downloads from, or is not let in.
 * @returns undefined when neither certificates nor the addresses of the server are a likely reason
 */
export function downloadHint(message: string, { server: { ipv4, ipv6 } }: PlannedImage): string | undefined {
  if (UNTRUSTED.test(message)) {
    return 'the build server does not know that certificate authority: TALOS_IMAGE_FACTORY_CA=FILE makes it known, for the Image Factory'
  }
  if (BLOCKED.test(message)) {
    return 'this computer may fetch it, the build server may not: a firewall or a rule about addresses in between; or send the disk from here (--image-file)'
  }
  if (ipv4 || !UNREACHABLE.test(message)) return undefined
  const instead = 'or send the disk from here (--image-file)'
  return ipv6
    ? `the build server has IPv6 alone, and the host may not: let it have IPv4, too (--ip-family any), ${instead}`
    : `the build server has no public address: its network needs a route 0.0.0.0/0 to a server that does NAT, ${instead}`
}
