/** `talos-image schematic id FILE`: computes its ID. */

import { canonicalText, schematicId } from 'talos-schematic'
import { defineCommand } from '../define-command.ts'
import { readSchematicInput } from '../schematic-input.ts'
import { outputFlag } from '../shared-flags.ts'

export const command = defineCommand({
  description: 'Print the ID of a schematic, without the network.',
  examples: ['talos-image schematic id schematic.yaml', 'talos-image schematic id - < schematic.yaml'],
  parameters: { '<file>': 'a schematic, or - for standard input', ...outputFlag },
  run: async (io, { file }) => {
    const { schematic } = (await readSchematicInput(io, file)).parsed
    const computed = schematicId(schematic)
    return { document: { id: computed, canonical: canonicalText(schematic) }, text: `${computed}\n` }
  },
})
