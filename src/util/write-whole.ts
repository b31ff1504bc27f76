/** Writing files that others may have put there, or links and devices in their place. */

import { randomUUID } from 'node:crypto'
import { closeSync, constants, fchmodSync, fstatSync, openSync, type Stats, statSync, writeFileSync } from 'node:fs'
import { access, open, readlink, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { errorCode } from './error-code.ts'
import { makeFolder } from './make-folder.ts'

/**
 * Writes a file: readers see the old one or the new one, never a part. Links are followed, and a file that is there keeps its
 * owner and its mode. What is not a regular file (a device, a pipe) is written to, and never replaced. So is a file that no
 * other may take the place of, such as one that is mounted into a container.
 * @throws the file system's error; there is no partial file then
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const there = await statIfThere(path)
  if (there !== undefined && !isReplaceable(path, there)) return writeInPlace(path, text)
  const target = await targetOf(path)
  if (there === undefined) await makeFolder(dirname(target))
  else await access(target, constants.W_OK)
  try {
    await replace(target, text, there)
  } catch (error) {
    if (there === undefined || !STANDS_ALONE.has(String(errorCode(error)))) throw error
    await writeFile(target, text, { flag: constants.O_WRONLY | constants.O_TRUNC })
  }
}

/**
 * Finds out whether {@link writeWhole} could write, without changing what is there.
 * @throws the file system's error
 */
export async function tryToWrite(path: string): Promise<void> {
  const there = await statIfThere(path)
  if (there !== undefined) {
    isReplaceable(path, there)
    return access(path, constants.W_OK)
  }
  const probe = join(await nearestFolder(dirname(await targetOf(path))), partialName())
  await writeFile(probe, '', { flag: 'wx' })
  await rm(probe)
}

/**
 * Opens a file that only its owner may read, anew, to be written bit by bit; the mode of what is not a regular file stays.
 * @returns the descriptor
 * @throws the file system's error
 */
export function openPrivate(path: string): number {
  const there = statSync(path, { throwIfNoEntry: false })
  if (there !== undefined && !isReplaceable(path, there)) return openInPlace(path)
  const file = openSync(path, 'w', 0o600)
  // The mode above is for a new file only.
  if (fstatSync(file).isFile()) fchmodSync(file, 0o600)
  return file
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left',
  ENOTDIR: 'a part of the path is not a folder',
  ELOOP: 'its links lead to each other',
  EBADF: 'it is not open for writing',
  ENXIO: 'it is a pipe that no program reads, or a socket',
}

/** Why something cannot be written, in words. */
export function describeWriteError(error: unknown): string {
  return REASONS[String(errorCode(error))] ?? (error instanceof Error ? error.message : String(error))
}

/** Why a file cannot be replaced that may well be written: a folder or an owner of others, a mount. */
const STANDS_ALONE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EBUSY', 'EXDEV'])

/** Files that are open already: another one in their place would not be what is open. */
const DESCRIPTOR = /^\/(?:dev\/(?:stdout|stderr|fd\/\d+)|proc\/(?:self|\d+)\/fd\/\d+)$/

/** @throws Error when it is a folder, which cannot be written at all */
function isReplaceable(path: string, there: Stats): boolean {
  if (there.isDirectory()) throw new Error('it is a folder')
  return there.isFile() && !DESCRIPTOR.test(path)
}

function writeInPlace(path: string, text: string): void {
  const file = openInPlace(path)
  try {
    writeFileSync(file, text)
  } finally {
    closeSync(file)
  }
}

/**
 * Opens what is there, to be written at its end. A pipe that no program reads is an error: to open it is to wait for one, and
 * no signal would end this process while it does.
 */
function openInPlace(path: string): number {
  const flags = constants.O_WRONLY | constants.O_APPEND
  const first = openSync(path, flags | constants.O_NONBLOCK)
  try {
    return openSync(path, flags)
  } finally {
    closeSync(first)
  }
}

/** Puts a new file in the place of an old one, or of none. */
async function replace(target: string, text: string, old: Stats | undefined): Promise<void> {
  const partial = join(dirname(target), partialName())
  const file = await open(partial, 'wx', old === undefined ? 0o666 : 0o600)
  try {
    try {
      await file.writeFile(text)
      if (old !== undefined) {
        await file.chown(old.uid, old.gid)
        await file.chmod(old.mode & 0o7777)
      }
    } finally {
      await file.close()
    }
    await rename(partial, target)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}

/** Of a file that stands beside another one for a moment. It cannot be guessed, so that nothing waits at that place. */
const partialName = (): string => `.talos-image-${randomUUID()}.part`

/** Where the links of a path lead, whether something is there or not. */
async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
    const link = await readlink(path).catch(() => undefined)
    return link === undefined ? path : targetOf(resolve(await realpath(dirname(path)), link))
  }
}

/** The folder itself, or the one in which it would be made. */
async function nearestFolder(path: string): Promise<string> {
  const found = await statIfThere(path)
  if (found === undefined) return nearestFolder(dirname(path))
  if (!found.isDirectory()) throw new Error(`${path} is not a folder`)
  return path
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
