/** `talos-image boot-test ID`: whether a snapshot boots, whatever made it. */

import { bootTestParameters } from '../boot-test-flags.ts'
import { defineCommand } from '../define-command.ts'

export const command = defineCommand({
  description: 'Boot a snapshot, and see whether Talos comes up.',
  notes: `Makes a server from it, waits until Talos answers at port 50000, and removes the
server. A snapshot that boots gets the label talos-image/boot-tested.`,
  examples: ['talos-image boot-test 400000001', 'talos-image boot-test 400000001 --boot-timeout 10m --output json'],
  groups: {
    'The server:': [
      '--location',
      '--ip-family',
      '--network',
      '--ssh-over',
      '--firewall',
      '--server-label',
      '--wait-for-stock',
      '--boot-timeout',
    ],
  },
  parameters: bootTestParameters,
  run: async (io, flags) => (await import('../run-boot-test.ts')).runBootTest(io, flags),
})
