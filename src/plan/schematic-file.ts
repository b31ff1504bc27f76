/** Schematics out of files. */

import { readFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { TalosImageError } from '../errors.ts'
import { parseSchematic } from '../schematic/parse.ts'
import type { SchematicFile } from './request.ts'

/**
 * @param cwd where a relative path counts from; a file below it is shown relative to it
 * @param what the schematic is for, in messages
 * @throws TalosImageError `schematic` when the file is missing or not a schematic
 */
export async function readSchematicFile(cwd: string, path: string, what: string): Promise<SchematicFile> {
  const full = resolve(cwd, path)
  const shown = relative(cwd, full)
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
