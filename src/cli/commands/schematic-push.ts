/** `talos-image schematic push FILE`: gives a schematic to the Image Factory. */

import { schematicId } from 'talos-schematic'
import { submitSchematic } from '../../plan/submit-schematic.ts'
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
    const input = await readSchematicInput(io, file)
    await using opened = await openFactory(io, flags)
    const { factory } = opened
    const { id, warnings, owner } = await submitSchematic(input, { factory, signal: io.signal })
    const { unknown, schematic } = input.parsed
    return {
      document: { id, computed: unknown.length > 0 ? null : schematicId(schematic), factory: factory.url },
      text: `${id}\n`,
      warnings: owner === undefined ? warnings : [...warnings, owner],
    }
  },
})
