/** Schematics out of files. */

import { relative, resolve } from 'node:path'
import { type ParsedSchematic, parseSchematic as parse } from 'talos-schematic'
import { type Problem, TalosImageError, toTalosImageError } from '../errors.ts'
import { errorCode } from '../util/error-code.ts'
import { type PipeWait, readTextFile } from '../util/read-text.ts'
import type { SchematicFile } from './request.ts'

/**
 * The schematic in a text, read by the Image Factory's rules (fields of docs/api.md of v1.5.0, parser go-yaml v4).
 * Stricter than the Factory in a few cases that it would accept without a word: a second document, and rare
 * line breaks. A text without a document (empty, or comments only) is refused, as the Factory does.
 * A field that is not known is a mistake when its name resembles one that is, or stands in another place; else it is kept
 * apart: a newer Factory may know it.
 * @param text YAML, or JSON, which is YAML
 * @param file its name, for messages
 * @throws ProblemsError `schematic` with everything that is wrong, each with line and column
 */
export function parseSchematic(text: string, file: string): ParsedSchematic {
  try {
    return parse(text, file)
  } catch (error) {
    throw toTalosImageError(error)
  }
}

/**
 * @param cwd where a relative path counts from; a file below it is shown relative to it
 * @param what the schematic is for, in messages
 * @param pipe how it is waited for, where it may be a pipe
 * @throws TalosImageError `schematic` when the file is missing or not a schematic; the reason of the signal
 */
export async function readSchematicFile(
  cwd: string,
  path: string,
  what: string,
  pipe?: PipeWait,
): Promise<SchematicFile> {
  const full = resolve(cwd, path)
  const shown = relative(cwd, full)
  const file = shown === '' || shown.startsWith('..') ? full : shown
  const text = await readTextFile(full, pipe).catch((error: unknown) => {
    pipe?.signal?.throwIfAborted()
    const why =
      { ENOENT: 'does not exist', EISDIR: 'is a directory' }[errorCode(error) ?? ''] ??
      `cannot be read: ${error instanceof Error ? error.message : String(error)}`
    throw new TalosImageError({
      code: 'schematic',
      message: `${why} (${what})`,
      at: { kind: 'file', file },
      hint: 'a schematic is a YAML file; `customization: {}` changes nothing',
    })
  })
  return { file, parsed: parseSchematic(text, file) }
}

/** Warnings for fields that this version does not know. */
export function findUnknownFields({ file, parsed }: SchematicFile): Problem[] {
  return parsed.unknown.map(({ path, at }) => ({
    code: 'schematic',
    message: `the field "${path}" is not known to this version of talos-image`,
    at: { kind: 'file', file, ...at },
    hint: 'it is sent as it is, and the Image Factory decides; the ID of the schematic is known only then',
  }))
}
