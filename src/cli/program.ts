/** The commands and their flags, as commander knows them. */

import { Command, Option } from 'commander'
import { sandboxFlags } from 'hcloud-sandbox/command'
import { MATRIX_FORMS } from './build-matrix.ts'
import { parseDuration, parseTimeout } from './flags.ts'
import { arrangeHelp } from './help.ts'
import type { Io } from './io.ts'
import { addKeepingCommands } from './program-keeping.ts'
import { addLookingCommands } from './program-looking.ts'
import { addSchematicCommands } from './program-schematic.ts'
import { addSetupCommands } from './program-setup.ts'
import { foldLines } from './render/fold.ts'
import { SANDBOX_NAMES } from './sandbox-names.ts'
import { isGithubActions } from './screen.ts'
import { outputFlag, planFlags, ROLE } from './shared-flags.ts'
import { showError } from './show-problem.ts'
import { toUsageProblem } from './usage-problem.ts'
import { VERSION } from './version.ts'

/** With `jsonl`, a build prints a line for each event. */
const BUILD_OUTPUTS = ['text', 'json', 'jsonl']

/** `talos-image --sandbox build`: the program itself has next to no flags. */
const sayWhereFlagsBelong = (text: string): string =>
  text.replace(
    /^(error: unknown option '(--[\w-]+)')\n$/,
    '$1\n(Flags come after the command: talos-image COMMAND $2)\n',
  )

/** Builds the program; `onExit` gets each command's exit code. Each command's code is loaded only when it runs. */
export function createProgram(io: Io, onExit: (code: number) => void): Command {
  const program = new Command('talos-image')
    .description('Builds verified Talos Linux snapshots in Hetzner Cloud projects, and leaves nothing else behind.')
    .version(VERSION, '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      outputError: (text, write) =>
        isGithubActions(io) ? showError(io, toUsageProblem(text)) : write(foldLines(text, io.errColumns())),
      getErrHelpWidth: io.columns,
      getOutHelpWidth: io.columns,
    })
    // `list --version` is a flag of its own.
    .enablePositionalOptions()
    .addHelpText(
      'after',
      `
Examples, without an account:
  $ talos-image build --sandbox
  $ talos-image list --sandbox

talos-image help COMMAND shows the flags of each, with examples.`,
    )

  planFlags(program.command('build').argument(...ROLE), BUILD_OUTPUTS)
    .description('Build snapshots: the generic images, or those of one role.')
    .option('--force', 'build what exists, too; the new one replaces it')
    .addOption(new Option('--engine <who>', 'who builds').choices(['native', 'packer']).default('native'))
    .option('--dry-run', 'show the plan and stop')
    .option('--manifest <file>', 'write what was built to a JSON file')
    .option('--tfvars <file>', "write it as Terraform's variables")
    .option('--packer-manifest <file>', "add it to a file as Packer's manifest has it")
    .option('--wait-for-stock <duration>', 'look so long for a server in stock, such as 30m', parseDuration)
    .option('--debug-log <file>', 'write a trace for a bug report, without secrets')
    .option('--ssh-timeout <duration>', 'wait so long for the rescue system, such as 5m', parseDuration)
    .option(
      '--timeout <what=duration>',
      'other waits: action, ssh, write, silence, verify, snapshot, remove',
      parseTimeout,
    )
    .addHelpText(
      'after',
      `
Examples:
  $ talos-image build             generic images, ARM and x86
  $ talos-image build --roles     every role with a schematic-<role>.yaml
  $ talos-image build --arch x86 --schematic schematic.yaml`,
    )
    .action(async (role, flags) => onExit(await (await import('./commands/build.ts')).runBuild(io, role, flags)))

  planFlags(program.command('plan').argument(...ROLE))
    .description('Show what build would do, where, and for how much. Makes nothing.')
    .option('--force', 'plan as build --force would')
    .addOption(new Option('--matrix <for>', 'print what needs building as jobs').choices(MATRIX_FORMS))
    .addHelpText(
      'after',
      `
Examples:
  $ talos-image plan --roles
  $ talos-image plan worker --arch arm --var talos_version=latest
  $ talos-image plan --output json
  $ talos-image plan --roles --matrix github`,
    )
    .action(async (role, flags) => onExit(await (await import('./commands/plan.ts')).runPlan(io, role, flags)))

  addLookingCommands(program, io, onExit)
  addKeepingCommands(program, io, onExit)

  sandboxFlags(program.command('sandbox'), SANDBOX_NAMES)
    .description('Run the emulated cloud and Image Factory alone, for other programs, until Ctrl-C.')
    .action(async (flags) => (await import('hcloud-sandbox')).runSandboxCommand(io, SANDBOX_NAMES, flags))

  const schematic = program
    .command('schematic')
    .description('Schematics, the customization documents of the Image Factory.')
  outputFlag(schematic.command('id'))
    .argument('<file>', 'a schematic, or - for standard input')
    .description('Print the ID of a schematic, without the network.')
    .addHelpText(
      'after',
      `
Examples:
  $ talos-image schematic id schematic.yaml
  $ talos-image schematic id - < schematic.yaml`,
    )
    .action(async (file, flags) =>
      onExit(await (await import('./commands/schematic-id.ts')).runSchematicId(io, file, flags)),
    )
  addSchematicCommands(schematic, io, onExit)
  addSetupCommands(program, io, onExit)
  arrangeHelp(program)
  const { outputError } = program.configureOutput()
  // Only for what stands before the command: those that are there by now have what they got above.
  program.configureOutput({ outputError: (text, write) => outputError?.(sayWhereFlagsBelong(text), write) })
  return program
}
