/** The commands and their flags, as commander knows them. */

import { Argument, Command, Option } from 'commander'
import { ARCHITECTURES } from '../domain.ts'
import { parseAge, parseCount, parseDuration, parseTimeout } from './flags.ts'
import type { Io } from './io.ts'
import { cloudFlags, collectIds, outputFlag, planFlags, ROLE, sandboxFlags } from './shared-flags.ts'
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
    .option(
      '--wait-for-stock <duration>',
      'how long to look for a server when none is in stock, such as 30m',
      parseDuration,
    )
    .option('--debug-log <file>', 'write a trace of requests and commands, without secrets, for a bug report')
    .option('--ssh-timeout <duration>', 'how long to wait for the rescue system, such as 90s or 5m', parseDuration)
    .option(
      '--timeout <what=duration>',
      'other waits: action, ssh, write, silence, verify, snapshot, remove',
      parseTimeout,
    )
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

  cloudFlags(program.command('show').argument('<id>', 'a snapshot ID', (text) => collectIds(text, [])))
    .description('Show everything about one snapshot.')
    .action(async ([id], flags) => onExit(await (await import('./commands/show.ts')).runShow(io, id, flags)))

  cloudFlags(program.command('outdated'))
    .description('Show whether a newer Talos is out than the newest snapshot of each kind.')
    .action(async (flags) => onExit(await (await import('./commands/outdated.ts')).runOutdated(io, flags)))

  cloudFlags(program.command('select').argument('<selector>', 'a Hetzner label selector, such as os=talos'))
    .description('Show which snapshot Terraform takes for a selector (hcloud_image with most_recent), and why.')
    .addOption(new Option('--arch <arch>', 'of which architecture').choices([...ARCHITECTURES]).makeOptionMandatory())
    .addHelpText(
      'after',
      `
Examples:
  $ talos-image select os=talos --arch x86
  $ talos-image select 'os=talos,role=worker' --arch arm --output json`,
    )
    .action(async (selector, flags) =>
      onExit(await (await import('./commands/select.ts')).runSelect(io, selector, flags)),
    )

  for (const [name, isProtected] of [
    ['protect', true],
    ['unprotect', false],
  ] as const) {
    cloudFlags(program.command(name).addArgument(new Argument('<id...>', 'snapshot IDs').argParser(collectIds)))
      .description(isProtected ? 'Protect snapshots against deletion.' : 'Take the protection of snapshots off.')
      .action(async (ids, flags) =>
        onExit(await (await import('./commands/protect.ts')).runProtect(io, ids, isProtected, flags)),
      )
  }

  cloudFlags(program.command('versions'))
    .description('List the Talos versions that the Image Factory has: the newest of each minor version.')
    .option('--all', 'all of them, with those before a release')
    .action(async (flags) => onExit(await (await import('./commands/versions.ts')).runVersions(io, flags)))

  cloudFlags(program.command('extensions'))
    .argument('[version]', 'a Talos version, such as v1.13.9, v1.13 or latest', 'latest')
    .argument('[words...]', 'only those whose name or description holds these words')
    .description('List the official extensions of a Talos version.')
    .addHelpText(
      'after',
      `
Examples:
  $ talos-image extensions
  $ talos-image extensions v1.13 iscsi`,
    )
    .action(async (version, words, flags) =>
      onExit(await (await import('./commands/versions.ts')).runExtensions(io, version, words, flags)),
    )

  cloudFlags(program.command('delete').addArgument(new Argument('<id...>', 'snapshot IDs').argParser(collectIds)))
    .description('Delete snapshots by ID.')
    .option('--force', 'also snapshots without the label os=talos')
    .action(async (ids, flags) => onExit(await (await import('./commands/delete.ts')).runDelete(io, ids, flags)))

  cloudFlags(program.command('prune'))
    .description('Show old snapshots that can go, or delete them. Only those that talos-image made.')
    .option('--keep <number>', 'keep so many of the newest, of each role and architecture', parseCount)
    .option('--older-than <age>', 'keep what is younger, such as 30d', parseAge)
    .option('--yes', 'delete them')
    .addHelpText(
      'after',
      `
Never deletes the newest of a role and architecture, what is protected, or what a server of the project was made from.

Examples:
  $ talos-image prune --keep 2                     what would go
  $ talos-image prune --keep 1 --older-than 30d --yes`,
    )
    .action(async (flags) => onExit(await (await import('./commands/prune.ts')).runPrune(io, flags)))

  cloudFlags(program.command('cleanup'))
    .description('Show what interrupted runs left behind, or remove it. Never touches published snapshots.')
    .option('--yes', 'remove what no living run claims any more')
    .option('--run <id>', 'remove everything of one run, at once')
    .action(async (flags) => onExit(await (await import('./commands/cleanup.ts')).runCleanup(io, flags)))

  sandboxFlags(program.command('sandbox'))
    .description('Run the emulated cloud and Image Factory alone, for other programs, until Ctrl-C.')
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
