/** Files on this computer that a template names: scripts, and images that it uploads. */

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, posix, relative, resolve } from 'node:path'
import { NotKnown, type TextScript } from '../shell/values.ts'
import { originOf } from '../source-file.ts'
import type { Template } from './template.ts'

/**
 * The path that a relative one stands for: from the working directory, as Packer has it, else from the template's own
 * directory, since that is where one calls Packer.
 */
export function findLocalFile({ cwd, directory }: Pick<Template, 'cwd' | 'directory'>, path: string): string {
  const [first = path, ...others] = [resolve(cwd, path), resolve(cwd, directory, path)]
  return [first, ...others].find((one) => statSync(one, { throwIfNoEntry: false }) !== undefined) ?? first
}

/** The files that lie on the machine after an upload: pairs of remote and local path. */
export function listUploads(source: string, local: string, destination: string): (readonly [string, string])[] {
  if (statSync(local, { throwIfNoEntry: false })?.isDirectory() !== true) {
    return [[destination.endsWith('/') ? posix.join(destination, basename(local)) : destination, local]]
  }
  // With a slash at its end it is the content of the folder that is uploaded.
  const target = source.endsWith('/') ? destination : posix.join(destination, basename(local))
  return readdirSync(local, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => [posix.join(target, file.slice(local.length)), file])
}

/** More is no script. */
const MAX_SCRIPT_BYTES = 1 << 20

/**
 * A script, with the line ends that Packer gives it.
 * @throws NotKnown when it is no text
 */
export function readScript({ cwd }: Pick<Template, 'cwd'>, path: string): TextScript {
  const near = relative(cwd, path)
  const shown = near.startsWith('..') ? path : near
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw new NotKnown(`${shown} does not exist`, { isMissing: true })
  const text =
    found.isFile() && found.size <= MAX_SCRIPT_BYTES ? readFileSync(path, 'utf8').replaceAll('\r\n', '\n') : '\0'
  if (text.includes('\0')) throw new NotKnown(`${shown} is no script`)
  const file = { name: shown, text }
  return { text, script: { place: (offset) => originOf(file, offset) } }
}
