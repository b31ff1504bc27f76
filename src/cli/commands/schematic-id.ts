/** `talos-image schematic id FILE`: computes its ID. */

import { canonicalText, YAML_RELEASES as RELEASES, schematicId } from 'talos-schematic'
import { throwProblems } from '../../errors.ts'
import { findUnknownFields } from '../../plan/schematic-file.ts'
import { defineCommand } from '../define-command.ts'
import { readSchematicInput } from '../schematic-input.ts'
import { outputFlag } from '../shared-flags.ts'

export const command = defineCommand({
  description: 'Print the ID of a schematic, without the network.',
  examples: ['talos-image schematic id schematic.yaml', 'talos-image schematic id - < schematic.yaml'],
  parameters: { '<file>': 'a schematic, or - for standard input', ...outputFlag },
  run: async (io, { file }) => {
    const input = await readSchematicInput(io, file)
    throwProblems(findUnknownFields(input).map((problem) => ({ ...problem, hint: ASK_THE_FACTORY })))
    const { schematic } = input.parsed
    const computed = schematicId(schematic)
    const others = RELEASES.filter((release) => schematicId(schematic, release) !== computed)
    return {
      document: { id: computed, canonical: canonicalText(schematic) },
      text: `${computed}\n`,
      warnings: others.length === 0 ? [] : [{ ...DEPENDS, at: { kind: 'file', file: input.file } }],
    }
  },
})

const ASK_THE_FACTORY =
  'so the ID cannot be computed here: `talos-image schematic push FILE` lets the Image Factory decide, and prints its ID'

const DEPENDS = {
  code: 'schematic',
  message: 'releases of the Image Factory write one of its texts differently, and so give it other IDs',
  hint: 'this is the ID of Image Factory 1.5; get that of yours with `talos-image schematic push FILE`',
} as const
