/** Access to a disk file for a user who may not see the folder that it lies in. */

import { constants } from 'node:fs'
import { chown, type FileHandle, link, lstat, mkdtemp, open, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { SandboxError } from '../../errors.ts'
import type { Identity } from './argv.ts'

/** An open disk file, and where a process of the machine's user finds it. */
export interface DiskAccess {
  /** Folder to start the process in. */
  readonly folder: string
  /** The disk file, relative to that folder. */
  readonly file: string
  /** `device:inode` in decimals: what /dev/sda must be. */
  readonly id: string
  readonly bytes: number
  /** Gives the disk its size and its mode back; a command is the owner of the file, and can change both. */
  restore(): Promise<void>
  /** Turns all bits of one byte; an offset that is not on the disk is ignored. */
  corrupt(offset: number): Promise<void>
  /** Removes the second name of the file; what has been mounted stays. */
  shut(): Promise<void>
  close(): Promise<void>
}

/** More than what a file system keeps of a file besides its content; stat(2) may count it. */
const MOST_OVERHEAD_BYTES = 1024 * 1024

const isSame = (a: { dev: bigint; ino: bigint }, b: { dev: bigint; ino: bigint }) => a.dev === b.dev && a.ino === b.ino

/**
 * Opens a disk file for a machine.
 * When the machine runs as another user, that user gets the file, and a folder of its own beside it with a second name
 * of the file: it can work there without seeing the folders above.
 *
 * @param diskFile absolute path
 * @param asUser who the machine runs as; undefined: as the owner of this process
 * @throws SandboxError `sandbox` when there is no such file, or when it is anything but a plain file of ours with
 *   this one name
 */
export async function openDiskAccess(diskFile: string, asUser: Identity | undefined): Promise<DiskAccess> {
  // Looked at before it is opened: not even opening must touch a real device.
  const found = await lstat(diskFile, { bigint: true }).catch((cause: unknown) => {
    throw diskError(`the disk file ${diskFile} cannot be read`, cause)
  })
  if (!found.isFile()) throw diskError(`${diskFile} is not a plain file, so no machine gets it as its disk`)
  const handle = await open(diskFile, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stat = await handle.stat({ bigint: true })
    if (!stat.isFile() || !isSame(stat, found)) throw diskError(`${diskFile} was replaced while it was opened`)
    // Another name may be that of a file which has nothing to do with the sandbox, and would change owner and content.
    if (stat.nlink !== 1n) throw diskError(`${diskFile} has another name, so no machine gets it as its disk`)
    if (![process.getuid?.(), asUser?.uid].some((uid) => uid !== undefined && stat.uid === BigInt(uid))) {
      throw diskError(`${diskFile} belongs to another user, so no machine gets it as its disk`)
    }
    const bytes = Number(stat.size)
    if (bytes === 0) throw diskError(`the disk file ${diskFile} is empty`)
    const folder = asUser === undefined ? undefined : await makeFolder(diskFile, handle, asUser)
    return {
      folder: folder ?? dirname(diskFile),
      file: folder === undefined ? basename(diskFile) : 'sda',
      id: `${stat.dev}:${stat.ino}`,
      bytes,
      async restore() {
        await handle.chmod(0o600)
        const { size, blocks } = await handle.stat()
        // Blocks can also be held past the end, without a change of the size (fallocate -n).
        if (size !== bytes || blocks * 512 > bytes + MOST_OVERHEAD_BYTES) await handle.truncate(bytes)
      },
      async corrupt(offset) {
        if (!Number.isInteger(offset) || offset < 0 || offset >= bytes) return
        const byte = Buffer.alloc(1)
        await handle.read(byte, 0, 1, offset)
        await handle.write(
          byte.map((bits) => bits ^ 0xff),
          0,
          1,
          offset,
        )
      },
      async shut() {
        if (folder !== undefined) await rm(folder, { recursive: true, force: true })
      },
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function makeFolder(diskFile: string, handle: FileHandle, user: Identity): Promise<string> {
  await handle.chmod(0o600)
  await handle.chown(user.uid, user.gid)
  const folder = await mkdtemp(join(dirname(diskFile), `.${basename(diskFile)}.`))
  try {
    const name = join(folder, 'sda')
    await link(diskFile, name)
    const [linked, opened] = await Promise.all([lstat(name, { bigint: true }), handle.stat({ bigint: true })])
    if (!isSame(linked, opened)) throw diskError(`${diskFile} was replaced while it was opened`)
    await chown(folder, user.uid, user.gid)
    return folder
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

function diskError(message: string, cause?: unknown): SandboxError {
  return new SandboxError(
    { code: 'sandbox', message, hint: 'remove the state of the sandbox and start it anew' },
    { cause },
  )
}
