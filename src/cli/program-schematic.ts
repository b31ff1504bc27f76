/** The commands below `talos-image schematic` that talk to the Image Factory. */

import { type Command, InvalidArgumentError } from 'commander'
import type { Io } from './io.ts'
import { cloudFlags } from './shared-flags.ts'

/** Adds `check`, `push` and `show` beside `id`; `onExit` gets each command's exit code. */
export function addSchematicCommands(schematic: Command, io: Io, onExit: (code: number) => void): void {
  schematic.addHelpText(
    'after',
    `
Examples:
  $ talos-image schematic check schematic.yaml
  $ talos-image schematic push schematic.yaml
  $ talos-image build --schematic schematic.yaml     checks and pushes it itself`,
  )

  cloudFlags(schematic.command('check'))
    .argument('<file...>', 'schematics, or - for standard input')
    .description('Check schematics as a build would: fields, values, and the extensions of a Talos version.')
    .option('--talos-version <version>', 'v1.13.9, v1.13 or latest; default: talos_version, as a build takes it')
    .option('--directory <dir>', 'where the .pkr.hcl and .pkrvars files are; default: here, or ./_packer')
    .addHelpText(
      'after',
      `
Exits with 2 when something is wrong, and says where: FILE:LINE:COLUMN.
Submits nothing.

Examples:
  $ talos-image schematic check schematic.yaml
  $ talos-image schematic check _packer/*.yaml --talos-version latest
  $ talos-image schematic check --output json - < schematic.yaml`,
    )
    .action(async (files, flags) =>
      onExit(await (await import('./commands/schematic-check.ts')).runSchematicCheck(io, files, flags)),
    )

  cloudFlags(schematic.command('push'))
    .argument('<file>', 'a schematic, or - for standard input')
    .description('Submit a schematic to the Image Factory, and print its ID.')
    .addHelpText(
      'after',
      `
Examples:
  $ talos-image schematic push schematic.yaml
  $ ID=$(talos-image schematic push schematic.yaml)
  $ talos-image schematic push schematic.yaml --output json`,
    )
    .action(async (file, flags) =>
      onExit(await (await import('./commands/schematic-push.ts')).runSchematicPush(io, file, flags)),
    )

  cloudFlags(schematic.command('show'))
    .argument('<id>', 'a schematic ID', parseSchematicId)
    .description('Print the schematic that the Image Factory has under an ID, as YAML.')
    .addHelpText(
      'after',
      `
Examples:
  $ talos-image schematic show 376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba
  $ talos-image schematic show $(talos-image schematic id schematic.yaml)`,
    )
    .action(async (id, flags) =>
      onExit(await (await import('./commands/schematic-show.ts')).runSchematicShow(io, id, flags)),
    )
}

function parseSchematicId(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase()
  throw new InvalidArgumentError(
    'A schematic ID has 64 hexadecimal digits; `talos-image schematic id FILE` computes that of a file.',
  )
}
