/** Files that a command leaves: written whole or not at all, and tried before there is something to write. */

import { resolve } from 'node:path'
import { TalosImageError } from '../errors.ts'
import { redact } from '../util/redact.ts'
import { codeOf, tryToWrite, writeWhole } from '../util/write-whole.ts'
import { format } from './formats/json.ts'
import type { Io } from './io.ts'

/**
 * Writes a JSON file whole or not at all.
 * @throws TalosImageError `usage` when it cannot be written
 */
export async function writeJsonFile(io: Io, path: string, flag: string, document: unknown): Promise<void> {
  try {
    await writeWhole(resolve(io.cwd, path), redact(format(document)))
  } catch (error) {
    throw notWritable(path, flag, error)
  }
}

/**
 * Finds out whether a file can be written.
 * @throws TalosImageError `usage` when it cannot
 */
export async function checkWritable(io: Io, path: string, flag: string): Promise<void> {
  try {
    await tryToWrite(resolve(io.cwd, path))
  } catch (error) {
    throw notWritable(path, flag, error)
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left',
  ENOTDIR: 'a part of the path is not a folder',
  ELOOP: 'its links lead to each other',
  ENXIO: 'it is a pipe that no program reads, or a socket',
}

/** The error that says why a file of a flag cannot be written. */
export function notWritable(path: string, flag: string, error: unknown): TalosImageError {
  const reason = REASONS[String(codeOf(error))] ?? (error instanceof Error ? error.message : String(error))
  return new TalosImageError({
    code: 'usage',
    message: `${path} cannot be written: ${reason}`,
    at: { kind: 'flag', name: flag },
    hint: 'name a file in a folder that you may write to',
  })
}
