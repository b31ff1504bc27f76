/** Text files as they are read: with a name to show, and the places of mistakes. */

import { isAbsolute, relative } from 'node:path'
import type { Origin, Problem } from '../errors.ts'
import { errorCode } from '../util/error-code.ts'
import { type PipeWait, readTextFile } from '../util/read-text.ts'
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

/**
 * Reads a file, or says why it cannot be read. A byte-order mark is left out.
 * @param pipe how it is waited for, where it may be a pipe
 * @throws the reason of the signal that ends the wait for a pipe
 */
export async function readSourceFile(path: string, name: string, pipe?: PipeWait): Promise<SourceFile | Problem> {
  try {
    return { name, text: (await readTextFile(path, pipe)).replace(/^\uFEFF/, '') }
  } catch (error) {
    pipe?.signal?.throwIfAborted()
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
        hint:
          errorCode(error) === undefined
            ? 'is it the right file? Text is to be saved as UTF-8'
            : 'see whether the file and its disk are all right',
      }
  }
}
