/** Files on this computer that a template names: scripts, and images that it uploads. */

import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs'
import { basename, join, posix, relative, resolve } from 'node:path'
import { errorCode } from '../../util/error-code.ts'
import { NotKnown, type TextScript } from '../shell/values.ts'
import { originOf } from '../source-file.ts'
import type { Template } from './template.ts'

/**
 * The path that a relative one stands for: from the working directory, as Packer has it, else from the template's own
 * directory, since that is where one calls Packer.
 */
export function findLocalFile({ cwd, directory }: Pick<Template, 'cwd' | 'directory'>, path: string): string {
  const [first = path, ...others] = [resolve(cwd, path), resolve(cwd, directory, path)]
  return [first, ...others].find((one) => look(one, path) !== undefined) ?? first
}

/** Undefined when it is not there, or cannot be. @param shown what messages call it */
const look = (path: string, shown = path): Stats | undefined =>
  attempt(shown, () => statSync(path, { throwIfNoEntry: false }))

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'it may not be read',
  EPERM: 'it may not be read',
  ENAMETOOLONG: 'its name is too long',
  ERR_INVALID_ARG_VALUE: 'no file has such a name',
}

/** @returns undefined when there is no such file; @throws NotKnown for what cannot be read */
function attempt<T>(shown: string, read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOTDIR' || code === 'ENOENT') return undefined
    if (code === undefined) throw error
    throw new NotKnown(`${shorten(shown)} cannot be read: ${REASONS[code] ?? code}`)
  }
}

/** Commands that stand where a path belongs may have any length. */
const shorten = (path: string): string => (path.length > MOST_SHOWN ? `${path.slice(0, MOST_SHOWN)}...` : path)
const MOST_SHOWN = 100

/**
 * The files that lie on the machine after an upload: pairs of remote and local path.
 * @throws NotKnown for what cannot be read, and for more than are looked at
 */
export function listUploads(source: string, local: string, destination: string): (readonly [string, string])[] {
  if (look(local)?.isDirectory() !== true) {
    return [[destination.endsWith('/') ? posix.join(destination, basename(local)) : destination, local]]
  }
  // With a slash at its end it is the content of the folder that is uploaded.
  const target = source.endsWith('/') ? destination : posix.join(destination, basename(local))
  return listFiles(local).map((file) => [posix.join(target, file.slice(local.length)), file])
}

/** More is no directory of scripts and images. */
const MOST_FILES = 10_000

function listFiles(top: string): string[] {
  const files: string[] = []
  const folders = [top]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const here = folder
    for (const entry of attempt(here, () => readdirSync(here, { withFileTypes: true })) ?? []) {
      if (entry.isFile()) files.push(join(here, entry.name))
      else if (entry.isDirectory()) folders.push(join(here, entry.name))
      if (files.length + folders.length > MOST_FILES) throw new NotKnown(`${top} has more than ${MOST_FILES} files`)
    }
  }
  return files.sort()
}

/** More is no script. */
const MAX_SCRIPT_BYTES = 1 << 20

/**
 * A script, with the line ends that Packer gives it.
 * @throws NotKnown when it is no text, or cannot be read
 */
export function readScript({ cwd }: Pick<Template, 'cwd'>, path: string): TextScript {
  const near = relative(cwd, path)
  const shown = near.startsWith('..') ? path : near
  const found = look(path, shown)
  if (found === undefined) throw new NotKnown(`${shorten(shown)} does not exist`, { isMissing: true })
  const isText = found.isFile() && found.size <= MAX_SCRIPT_BYTES
  const text = (isText ? attempt(shown, () => readFileSync(path, 'utf8').replaceAll('\r\n', '\n')) : undefined) ?? '\0'
  if (text.includes('\0')) throw new NotKnown(`${shown} is no script`)
  const file = { name: shown, text }
  return { text, script: { place: (offset) => originOf(file, offset) } }
}
