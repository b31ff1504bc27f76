/** `talos-image schematic id FILE`: without the network. */

import { text as readAll } from 'node:stream/consumers'
import { canonicalText, schematicId } from '../../schematic/canonical.ts'
import { parseSchematic } from '../../schematic/parse.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { type OutputFlags, writeJson } from '../output.ts'
import { readSchematicFile } from '../request.ts'

/** Prints the ID that the Image Factory will give a schematic. `-` reads standard input. */
export async function runSchematicId(io: Io, file: string, flags: OutputFlags): Promise<number> {
  const { parsed } =
    file === '-'
      ? { parsed: parseSchematic(await readAll(io.stdin), 'standard input') }
      : await readSchematicFile(io, file, 'schematic')
  const id = schematicId(parsed.schematic)
  if (flags.output === 'json') writeJson(io, { id, canonical: canonicalText(parsed.schematic) })
  else io.out(`${id}\n`)
  return EXIT.success
}
