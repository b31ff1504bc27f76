/** Files that a command leaves: written whole or not at all, and tried before there is something to write. */

import type { Stats } from 'node:fs'
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { TalosImageError } from '../errors.ts'
import { redact } from '../util/redact.ts'
import { format } from './formats/json.ts'
import type { Io } from './io.ts'

/**
 * Writes a JSON file whole or not at all.
 * @throws TalosImageError `usage` when it cannot be written
 */
export async function writeJsonFile(io: Io, path: string, flag: string, document: unknown): Promise<void> {
  const full = resolve(io.cwd, path)
  const partial = `${full}.${process.pid}.part`
  try {
    await mkdir(dirname(full), { recursive: true })
    await writeFile(partial, redact(format(document)))
    await rename(partial, full)
  } catch (error) {
    throw notWritable(path, flag, error)
  }
}

/**
 * Finds out whether a file can be written, by writing another one next to it.
 * @throws TalosImageError `usage` when it cannot
 */
export async function checkWritable(io: Io, path: string, flag: string): Promise<void> {
  const full = resolve(io.cwd, path)
  try {
    if ((await statIfThere(full))?.isDirectory()) throw new Error('it is a folder')
    const probe = join(await nearestFolder(dirname(full)), `.talos-image.${process.pid}.part`)
    await writeFile(probe, '', { flag: 'wx' })
    await rm(probe)
  } catch (error) {
    throw notWritable(path, flag, error)
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
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left',
  ENOTDIR: 'a part of the path is not a folder',
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
