/** `talos-image schematic`: the commands below it. */

import type { CommandGroup } from '../define-command.ts'

export const command: CommandGroup = {
  description: 'Schematics, the customization documents of the Image Factory.',
  examples: [
    'talos-image schematic check schematic.yaml',
    'talos-image schematic push schematic.yaml',
    'talos-image build --schematic schematic.yaml     checks and pushes it itself',
  ],
  commands: {
    id: ['Print the ID of a schematic, without the network.', () => import('./schematic-id.ts')],
    check: [
      'Check schematics as a build would: fields, values, and the extensions of a Talos version.',
      () => import('./schematic-check.ts'),
    ],
    push: ['Submit a schematic to the Image Factory, and print its ID.', () => import('./schematic-push.ts')],
    show: ['Print the schematic that the Image Factory has under an ID, as YAML.', () => import('./schematic-show.ts')],
  },
}
