/** Text files as they are read: with a name to show, and the places of mistakes. */

import { readFile, stat } from 'node:fs/promises'
import { isAbsolute, relative } from 'node:path'
import type { Origin, Problem } from '../errors.ts'
import { type Position, positionAt } from './position.ts'

/** A file's text, and its name as it is shown to the user. */
export interface SourceFile {
  readonly name: string
  readonly text: string
}

/** What was found, and what was wrong on the way. */
export interface Found<Item> {
  readonly items: readonly Item[]
  readonly problems: readonly Problem[]
}

/** The path as it is shown: relative to `cwd` for what lies below it, else as it is. */
export function displayName(path: string, cwd: string): string {
  const shown = relative(cwd, path)
  return shown === '' || shown.startsWith('..') || isAbsolute(shown) ? path : shown
}

export function originAt(file: SourceFile, at: Position): Origin {
  return { kind: 'file', file: file.name, line: at.line, column: at.column }
}

export function originOf(file: SourceFile, offset: number): Origin {
  return originAt(file, positionAt(file, offset))
}

/** Of a template or a var file; a link to a device would never end. */
const MOST_BYTES = 16 << 20

/** Reads a file, or says why it cannot be read. A byte-order mark is left out. */
export async function readSourceFile(path: string, name: string): Promise<SourceFile | Problem> {
  try {
    const found = await stat(path)
    if (found.isCharacterDevice() || found.size > MOST_BYTES) {
      const message = `"${name}" is not a text of at most ${MOST_BYTES >> 20} MiB`
      return { code: 'config', at: { kind: 'file', file: name }, message, hint: 'is it the right file?' }
    }
    return { name, text: (await readFile(path, 'utf8')).replace(/^\uFEFF/, '') }
  } catch (error) {
    return { code: 'config', at: { kind: 'file', file: name }, ...explain(error, name) }
  }
}

function explain(error: unknown, name: string): { message: string; hint: string } {
  switch (errorCode(error)) {
    case 'ENOENT':
      return { message: `there is no file "${name}"`, hint: 'check the path; a relative one counts from where you are' }
    case 'EISDIR':
      return { message: `"${name}" is a directory, not a file`, hint: 'name the file itself' }
    case 'EACCES':
    case 'EPERM':
      return { message: `"${name}" may not be read`, hint: 'give yourself the right to read it' }
    default:
      return {
        message: `"${name}" cannot be read: ${error instanceof Error ? error.message : String(error)}`,
        hint: 'see whether the file and its disk are all right',
      }
  }
}

/** The `code` of a file system error, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
