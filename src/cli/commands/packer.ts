/** `talos-image packer`: what a link of the name `packer` does. */

import { defineCommand } from '../define-command.ts'

export const command = defineCommand({
  description: 'Stand in for Packer: takes its commands and flags, and prints what it prints.',
  notes:
    'The commands are version, init, validate and build; docs/packer.md tells more.\nA link to this program that is called packer does the same: ln -s PROGRAM packer',
  examples: ['talos-image packer validate _packer', 'talos-image packer build -var talos_version=v1.13.9 _packer'],
  parameters: { '[arguments...]': 'what one gives to Packer' },
  passThrough: true,
  run: async (io, flags) => {
    const { runPacker } = await import('../packer/stand-in.ts')
    return { text: '', exitCode: await runPacker(io, flags.arguments) }
  },
})
