/** The commands that come before the first build: `init` and `completion`. */

import { Argument, type Command } from 'commander'
import { collect, parseArchitecture } from './flags.ts'
import type { Io } from './io.ts'
import { cloudFlags } from './shared-flags.ts'

/** Adds them to the program; `onExit` gets each command's exit code. */
export function addSetupCommands(program: Command, io: Io, onExit: (code: number) => void): void {
  cloudFlags(program.command('init').argument('[dir]', 'a folder, which may be new', '_packer'))
    .description('Write the files that a build reads: template, variables and schematics. Asks, in a terminal.')
    .option('--talos-version <version>', 'v1.13.9, v1.13 or latest; default: the newest stable one')
    .option('--extension <name>', 'a system extension, such as iscsi-tools; repeatable', collect)
    .option('--no-extensions', 'no system extensions')
    .option('--arch <arch>', 'arm or x86; repeatable; default: both', parseArchitecture)
    .option('--location <name>', 'where the build servers stand; default: fsn1')
    .option('-y, --yes', 'ask nothing, take the defaults')
    .option('--force', 'overwrite the files that it writes, and no others')
    .addHelpText(
      'after',
      `
Examples:
  $ talos-image init                           asks, writes to ./_packer
  $ talos-image init images --yes --arch x86   asks nothing, writes to ./images
  $ talos-image init --talos-version v1.13 --extension iscsi-tools --yes`,
    )
    .action(async (directory, flags) =>
      onExit(await (await import('./commands/init.ts')).runInit(io, directory, flags)),
    )

  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'for which shell').choices(['bash', 'zsh', 'fish']))
    .description('Print the script that makes a shell complete commands, flags and their values.')
    .addHelpText(
      'after',
      `
Examples:
  $ source <(talos-image completion bash)   now; in ~/.bashrc: in every shell
  $ talos-image completion zsh > "\${fpath[1]}/_talos-image"
  $ talos-image completion fish > ~/.config/fish/completions/talos-image.fish`,
    )
    .action(async (shell) => onExit((await import('./commands/completion.ts')).runCompletion(io, shell, program)))
}
