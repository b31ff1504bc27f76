/** `talos-image schematic id FILE`: without the network. */

import { canonicalText, schematicId } from 'talos-schematic'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { type OutputFlags, writeJson } from '../output.ts'
import { readSchematicInput } from '../schematic-input.ts'

/** Prints the ID that the Image Factory will give a schematic. `-` reads standard input. */
export async function runSchematicId(io: Io, file: string, flags: OutputFlags): Promise<number> {
  const { parsed } = await readSchematicInput(io, file)
  const id = schematicId(parsed.schematic)
  if (flags.output === 'json') writeJson(io, { id, canonical: canonicalText(parsed.schematic) })
  else io.out(`${id}\n`)
  return EXIT.success
}
