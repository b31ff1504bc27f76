/** `talos-image schematic push FILE`: gives a schematic to the Image Factory. */

import { canonicalText, schematicId } from 'talos-schematic'
import type { Problem } from '../../errors.ts'
import { openFactory } from '../cloud.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { writeJson } from '../output.ts'
import { readSchematicInput } from '../schematic-input.ts'
import { showWarning } from '../show-problem.ts'
import type { FactoryFlags } from './versions.ts'

/** Submits a schematic and prints the ID that the Factory gave it; `-` reads standard input. */
export async function runSchematicPush(io: Io, file: string, flags: FactoryFlags): Promise<number> {
  const { file: name, parsed } = await readSchematicInput(io, file)
  await using opened = await openFactory(io, flags)
  const { factory } = opened
  const answer = await factory.submitSchematic(canonicalText(parsed.schematic), io.signal)
  const computed = schematicId(parsed.schematic)
  if (answer.id !== computed) showWarning(io, describeDifference(name, answer, computed))
  if (flags.output === 'json') writeJson(io, { id: answer.id, computed, factory: factory.publicUrl })
  else io.out(`${answer.id}\n`)
  return EXIT.success
}

interface Answer {
  readonly id: string
  readonly schematic: string | undefined
}

/** The Factory's ID is the one that its images have; the computed one names nothing there. */
function describeDifference(file: string, { id, schematic }: Answer, computed: string): Problem {
  const owned = /^owner:/m.test(schematic ?? '')
  return {
    code: 'schematic',
    message: `the Image Factory gave the schematic the ID ${id}, but its content has the ID ${computed}`,
    at: { kind: 'file', file },
    hint: owned
      ? 'the Factory added an owner to it; use the ID that it gave'
      : 'the Factory wrote it down in another way; `talos-image schematic show` shows how. Use the ID that it gave',
  }
}
