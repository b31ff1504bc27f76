/** The commands and their flags, as commander knows them. */

import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { collect, parseArchitecture, parseDuration, parsePort, parseRole, parseSha256 } from './flags.ts'
import type { Io } from './io.ts'
import { VERSION } from './version.ts'

/** Builds the program; `onExit` gets each command's exit code. Each command's code is loaded only when it runs. */
export function createProgram(io: Io, onExit: (code: number) => void): Command {
  const program = new Command('talos-image')
    .description('Builds verified Talos Linux snapshots in Hetzner Cloud projects, and leaves nothing else behind.')
    .version(VERSION, '-V, --version')
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err, getErrHelpWidth: io.columns, getOutHelpWidth: io.columns })
    .showHelpAfterError('(talos-image help COMMAND shows what there is)')
    .addHelpText(
      'after',
      `
Try it without an account:
  $ talos-image build --sandbox
  $ talos-image list --sandbox`,
    )

  planFlags(program.command('build').argument(...ROLE))
    .description('Build snapshots: the generic images, or those of one role.')
    .option('--force', 'build what exists already, too; the old snapshot goes once the new one is published')
    .option('--dry-run', 'show the plan and stop')
    .option('--manifest <file>', 'write what was built to a JSON file')
    .option('--ssh-timeout <duration>', 'how long to wait for the rescue system, such as 90s or 5m', parseDuration)
    .addHelpText(
      'after',
      `
Examples:
  $ talos-image build                          generic images, ARM and x86
  $ talos-image build --roles                  control-plane and worker, each ARM and x86
  $ talos-image build --arch x86 --schematic schematic.yaml`,
    )
    .action(async (role, flags) => onExit(await (await import('./commands/build.ts')).runBuild(io, role, flags)))

  planFlags(program.command('plan').argument(...ROLE))
    .description('Show what build would do, from where, where and for how much. Makes nothing.')
    .option('--force', 'plan as build --force would')
    .action(async (role, flags) => onExit(await (await import('./commands/plan.ts')).runPlan(io, role, flags)))

  cloudFlags(program.command('list'))
    .description('List the Talos snapshots of the project, newest first.')
    .option('--selector <selector>', 'which ones, as a Hetzner label selector', 'os=talos')
    .action(async (flags) => onExit(await (await import('./commands/list.ts')).runList(io, flags)))

  cloudFlags(program.command('delete').addArgument(new Argument('<id...>', 'snapshot IDs').argParser(collectIds)))
    .description('Delete snapshots by ID.')
    .option('--force', 'also snapshots without the label os=talos')
    .action(async (ids, flags) => onExit(await (await import('./commands/delete.ts')).runDelete(io, ids, flags)))

  cloudFlags(program.command('cleanup'))
    .description('Show what interrupted runs left behind, or remove it. Never touches published snapshots.')
    .option('--yes', 'remove what no living run claims any more')
    .option('--run <id>', 'remove everything of one run, at once')
    .action(async (flags) => onExit(await (await import('./commands/cleanup.ts')).runCleanup(io, flags)))

  program
    .command('sandbox')
    .description('Run the emulated cloud and Image Factory alone, for other programs, until Ctrl-C.')
    .addOption(machinesOption())
    .action(async (flags) => onExit(await (await import('./commands/sandbox.ts')).runSandbox(io, flags)))

  const schematic = program
    .command('schematic')
    .description('Schematics, the customization documents of the Image Factory.')
  outputFlag(schematic.command('id'))
    .argument('<file>', 'a schematic, or - for standard input')
    .description('Print the ID of a schematic, without the network.')
    .action(async (file, flags) =>
      onExit(await (await import('./commands/schematic-id.ts')).runSchematicId(io, file, flags)),
    )
  return program
}

const ROLE = ['[role]', 'control-plane or worker; none for generic images', parseRole] as const

function outputFlag(command: Command): Command {
  return command.addOption(
    new Option('-o, --output <form>', 'how to print results').choices(['text', 'json']).default('text'),
  )
}

function cloudFlags(command: Command): Command {
  return outputFlag(command)
    .option('--sandbox', 'use an emulated cloud on this computer; needs no account')
    .addOption(machinesOption())
    .option('--factory-url <url>', 'Image Factory (TALOS_IMAGE_FACTORY_URL)')
}

function machinesOption(): Option {
  const help = 'what the servers of a sandbox are: namespaces of this computer, or real machines in QEMU'
  return new Option('--machines <kind>', help).choices(['namespace', 'qemu']).default('namespace')
}

function planFlags(command: Command): Command {
  return cloudFlags(command)
    .option('--roles', 'both roles: control-plane and worker')
    .option('--arch <arch>', 'arm or x86; repeatable; default: both', parseArchitecture)
    .option('--schematic <file>', 'submit this schematic and build from it')
    .option('--image-file <path>', 'build from a disk image on this computer; - is standard input')
    .option('--sha256 <hex>', 'what the source must hash to; arm=HEX and x86=HEX for two', parseSha256)
    .option('--directory <dir>', 'where the .pkr.hcl and .pkrvars files are; default: here, or ./_packer')
    .option('--var <name=value>', 'set a variable; repeatable (-var works, too)', collect)
    .option('--var-file <file>', 'read variables from a file; repeatable (-var-file works, too)', collect)
    .option('--ssh-port <port>', 'port of the build servers', parsePort)
    .option('--no-fallback', 'only the chosen server type at the chosen location')
    .option('--allow-bigger-disk', 'fall back to bigger disks, too; the snapshot then needs as big a disk')
}

function collectIds(text: string, previous: unknown): number[] {
  if (!/^[1-9]\d{0,15}$/.test(text))
    throw new InvalidArgumentError('Snapshot IDs are numbers; talos-image list shows them.')
  return [...(Array.isArray(previous) ? previous : []), Number(text)]
}
