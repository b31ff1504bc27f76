/** Schematics out of the files, or the standard input, that a command is given. */

import { readFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { TalosImageError } from '../errors.ts'
import type { SchematicFile } from '../plan/request.ts'
import { parseSchematic } from '../schematic/parse.ts'
import type { Io } from './io.ts'

/**
 * @param file its path, or `-` for standard input
 * @throws TalosImageError `schematic` with everything that is wrong in it, or when it cannot be read
 */
export async function readSchematicInput(io: Io, file: string): Promise<SchematicFile> {
  if (file !== '-') return readSchematicFile(io, file, 'schematic')
  const name = 'standard input'
  return { file: name, parsed: parseSchematic(await readAll(io.stdin), name) }
}

/** @throws TalosImageError `schematic` when the file is missing or not a schematic */
export async function readSchematicFile(io: Io, path: string, what: string): Promise<SchematicFile> {
  const full = resolve(io.cwd, path)
  const shown = relative(io.cwd, full)
  const file = shown === '' || shown.startsWith('..') ? full : shown
  const text = await readFile(full, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why =
      { ENOENT: 'does not exist', EISDIR: 'is a directory' }[error.code ?? ''] ?? `cannot be read: ${error.message}`
    throw new TalosImageError({
      code: 'schematic',
      message: `${why} (${what})`,
      at: { kind: 'file', file },
      hint: 'a schematic is a YAML file; `customization: {}` changes nothing',
    })
  })
  return { file, parsed: parseSchematic(text, file) }
}
