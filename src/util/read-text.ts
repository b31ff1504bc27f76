/** Reading files that others name or put there: a pipe may never begin, a device never end. */

import { constants, readFileSync, type Stats, statSync } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { devNull } from 'node:os'
import { type Clock, systemClock } from './clock.ts'
import { errorCode } from './error-code.ts'

/** The longest text that is read, in bytes. */
const MOST_BYTES = 16 << 20
/** How long a pipe may stay without a program that writes to it, in milliseconds. */
const NO_WRITER_MS = 10_000
const LOOK_AGAIN_MS = 20

/** How a pipe is waited for. */
export interface PipeWait {
  /** Ends the wait, which has no other end while a program has the pipe open for writing. */
  readonly signal?: AbortSignal | undefined
  readonly clock?: Clock
}

/**
 * The text of a file; nothing of the null device.
 * @param pipe given where the file may be a pipe, since the user named it; what is found in a directory may not
 * @throws the file system's error, or an Error without a code that says what the file is instead of a text in UTF-8
 */
export async function readTextFile(path: string, pipe?: PipeWait): Promise<string> {
  if (isNothing(await stat(path), pipe !== undefined)) return ''
  // Without O_NONBLOCK, opening a pipe waits for a writer, and no signal ends it.
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const found = await file.stat()
  if (isNothing(found, pipe !== undefined)) return ''
  return decode(pipe !== undefined && found.isFIFO() ? await readPipe(file, pipe) : await file.readFile())
}

/** The same at once, of files that may not be pipes; their comments may be in any encoding, as those of certificates are. */
export const readTextFileSync = (path: string): string => (isNothing(statSync(path)) ? '' : readFileSync(path, 'utf8'))

/** Whether it is the null device. @throws Error when it is something else that is not read */
function isNothing(found: Stats, mayBePipe = false): boolean {
  if (found.isCharacterDevice() && found.rdev === statSync(devNull, { throwIfNoEntry: false })?.rdev) return true
  if (found.size > MOST_BYTES) throw tooLong()
  if (found.isFile() || found.isDirectory() || (mayBePipe && found.isFIFO())) return false
  throw new Error(`it is a ${found.isFIFO() ? 'pipe' : found.isSocket() ? 'socket' : 'device'} instead of a file`)
}

/** @throws Error when it is no UTF-8: what stands for such bytes would be taken for what was meant */
function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    const [before = ''] = bytes.toString('utf8').split('\ufffd', 1)
    throw new Error(`it is not a text in UTF-8, from line ${before.split('\n').length} on`)
  }
}

const tooLong = (): Error => new Error(`it is not a text of at most ${MOST_BYTES >> 20} MiB`)

async function readPipe(file: FileHandle, { signal, clock = systemClock }: PipeWait): Promise<Buffer> {
  const parts: Buffer[] = []
  let bytes = 0
  let hasWriter = false
  const end = clock.now() + NO_WRITER_MS
  for (;;) {
    signal?.throwIfAborted()
    const part = await readPart(file)
    hasWriter ||= part?.length !== 0
    if (part?.length === 0) {
      if (hasWriter) return Buffer.concat(parts)
      if (clock.now() >= end) throw new Error('it is a pipe that no program writes to')
    }
    if (part === undefined || part.length === 0) await clock.sleep(LOOK_AGAIN_MS, signal)
    else {
      parts.push(part)
      bytes += part.length
      if (bytes > MOST_BYTES) throw tooLong()
    }
  }
}

/** What is in a pipe now: nothing when no program has it open for writing, undefined when one has and wrote nothing yet. */
async function readPart(file: FileHandle): Promise<Buffer | undefined> {
  try {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(1 << 16))
    return buffer.subarray(0, bytesRead)
  } catch (error) {
    if (errorCode(error) === 'EAGAIN') return undefined
    throw error
  }
}
