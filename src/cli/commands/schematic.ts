/** `talos-image schematic`: the commands below it. */

import { canonicalText, schematicId } from 'talos-schematic'
import { type CommandGroup, defineCommand } from '../define-command.ts'
import { readSchematicInput } from '../schematic-input.ts'
import { outputFlag } from '../shared-flags.ts'
import { schematicCheck } from './schematic-check.ts'
import { schematicPush } from './schematic-push.ts'
import { schematicShow } from './schematic-show.ts'

const id = defineCommand({
  description: 'Print the ID of a schematic, without the network.',
  examples: ['talos-image schematic id schematic.yaml', 'talos-image schematic id - < schematic.yaml'],
  parameters: { '<file>': 'a schematic, or - for standard input', ...outputFlag },
  run: async (io, { file }) => {
    const { schematic } = (await readSchematicInput(io, file)).parsed
    const computed = schematicId(schematic)
    return { document: { id: computed, canonical: canonicalText(schematic) }, text: `${computed}\n` }
  },
})

export const command: CommandGroup = {
  description: 'Schematics, the customization documents of the Image Factory.',
  examples: [
    'talos-image schematic check schematic.yaml',
    'talos-image schematic push schematic.yaml',
    'talos-image build --schematic schematic.yaml     checks and pushes it itself',
  ],
  commands: { id, check: schematicCheck, push: schematicPush, show: schematicShow },
}
