/** `talos-image schematic push FILE`: gives a schematic to the Image Factory. */

import { canonicalText, schematicId } from 'talos-schematic'
import type { Problem } from '../../errors.ts'
import { defineCommand } from '../define-command.ts'
import { openFactory } from '../open-project.ts'
import { readSchematicInput } from '../schematic-input.ts'
import { cloudFlags } from '../shared-flags.ts'

export const command = defineCommand({
  description: 'Submit a schematic to the Image Factory, and print its ID.',
  examples: [
    'talos-image schematic push schematic.yaml',
    'ID=$(talos-image schematic push schematic.yaml)',
    'talos-image schematic push schematic.yaml --output json',
  ],
  parameters: { '<file>': 'a schematic, or - for standard input', ...cloudFlags },
  run: async (io, { file, ...flags }) => {
    const { file: name, parsed } = await readSchematicInput(io, file)
    await using opened = await openFactory(io, flags)
    const { factory } = opened
    const answer = await factory.submitSchematic(canonicalText(parsed.schematic), io.signal)
    const computed = schematicId(parsed.schematic)
    return {
      document: { id: answer.id, computed, factory: factory.publicUrl },
      text: `${answer.id}\n`,
      warnings: answer.id === computed ? [] : [describeDifference(name, answer, computed)],
    }
  },
})

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
