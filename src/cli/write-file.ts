/** Files that a command leaves: written whole or not at all, and tried before there is something to write. */

import { resolve } from 'node:path'
import { TalosImageError } from '../errors.ts'
import { redact } from '../util/redact.ts'
import { describeWriteError, tryToWrite, writeWhole } from '../util/write-whole.ts'
import { format } from './formats/json.ts'
import type { Io } from './io.ts'

/**
 * Writes a JSON file whole or not at all.
 * @throws TalosImageError `usage` when it cannot be written
 */
export async function writeJsonFile(io: Io, path: string, flag: string, document: unknown): Promise<void> {
  await writeTextFile(io, path, flag, redact(format(document)))
}

/**
 * Writes a file whole or not at all. @param text without secrets
 * @throws TalosImageError `usage` when it cannot be written
 */
export async function writeTextFile(io: Io, path: string, flag: string, text: string): Promise<void> {
  try {
    await writeWhole(resolve(io.cwd, path), text)
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

/** The error that says why a file of a flag cannot be written. */
export function notWritable(path: string, flag: string | undefined, error: unknown): TalosImageError {
  const at = flag === undefined ? undefined : ({ kind: 'flag', name: flag } as const)
  if (path === '')
    return new TalosImageError({
      code: 'usage',
      message: 'the path is empty',
      at,
      hint: 'name a file, or leave it out',
    })
  return new TalosImageError({
    code: 'usage',
    message: `${path} cannot be written: ${describeWriteError(error)}`,
    at,
    hint: 'name a file in a folder that you may write to',
  })
}
