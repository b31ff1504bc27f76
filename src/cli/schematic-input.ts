/** Schematics out of the files, or the standard input, that a command is given. */

import { text as readAll } from 'node:stream/consumers'
import type { SchematicFile } from '../plan/request.ts'
import { parseSchematic, readSchematicFile } from '../plan/schematic-file.ts'
import type { Io } from './io.ts'

/**
 * @param file its path, or `-` for standard input
 * @throws TalosImageError `schematic` with everything that is wrong in it, or when it cannot be read
 */
export async function readSchematicInput(io: Io, file: string): Promise<SchematicFile> {
  if (file !== '-') return readSchematicFile(io.cwd, file, 'schematic', { signal: io.signal })
  const name = 'standard input'
  return { file: name, parsed: parseSchematic(await readAll(io.stdin), name) }
}
