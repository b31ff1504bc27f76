/** The commands that protect snapshots, and those that remove what is not needed any more. */

import { Argument, type Command } from 'commander'
import { parseAge, parseCount } from './flags.ts'
import type { Io } from './io.ts'
import { cloudFlags, collectIds, projectFlag } from './shared-flags.ts'

/** Adds them to the program; `onExit` gets each command's exit code. */
export function addKeepingCommands(program: Command, io: Io, onExit: (code: number) => void): void {
  for (const [name, isProtected] of [
    ['protect', true],
    ['unprotect', false],
  ] as const) {
    const command = program.command(name).addArgument(new Argument('<id...>', 'snapshot IDs').argParser(collectIds))
    projectFlag(cloudFlags(command), io)
      .description(isProtected ? 'Protect snapshots against deletion.' : 'Take the protection of snapshots off.')
      .addHelpText(
        'after',
        `
Examples:
  $ talos-image ${name} 400000001
  $ talos-image ${name} 400000001 400000002`,
      )
      .action(async (ids, flags) =>
        onExit(await (await import('./commands/protect.ts')).runProtect(io, ids, isProtected, flags)),
      )
  }

  const remove = program.command('delete').addArgument(new Argument('<id...>', 'snapshot IDs').argParser(collectIds))
  projectFlag(cloudFlags(remove), io)
    .description('Delete snapshots by ID.')
    .option('--force', 'also snapshots without the label os=talos')
    .addHelpText(
      'after',
      `
When one of them is protected or not there, none is deleted.

Examples:
  $ talos-image delete 400000001
  $ talos-image delete 400000002 400000003 --output json`,
    )
    .action(async (ids, flags) => onExit(await (await import('./commands/delete.ts')).runDelete(io, ids, flags)))

  projectFlag(cloudFlags(program.command('prune')), io)
    .description('Show old snapshots that can go, or delete them. Only those that talos-image made.')
    .option('--keep <number>', 'keep so many of the newest, of each series', parseCount)
    .option('--older-than <age>', 'keep what is younger, such as 30d', parseAge)
    .option('--yes', 'delete them')
    .addHelpText(
      'after',
      `
A series has the same architecture and the same labels, apart from the version.
Never deletes the newest of a series, what is protected, or what a server of
the project was made from.

Examples:
  $ talos-image prune --keep 2        what would go
  $ talos-image prune --keep 1 --older-than 30d --yes`,
    )
    .action(async (flags) => onExit(await (await import('./commands/prune.ts')).runPrune(io, flags)))

  projectFlag(cloudFlags(program.command('cleanup')), io)
    .description('Show what interrupted runs left behind, or remove it. Never touches published snapshots.')
    .option('--yes', 'remove what no living run claims any more')
    .option('--run <id>', 'remove everything of one run, at once')
    .addHelpText(
      'after',
      `
Examples:
  $ talos-image cleanup            what is there, and what it costs
  $ talos-image cleanup --yes
  $ talos-image cleanup --run k7wq2mzd   as an interrupted run said it`,
    )
    .action(async (flags) => onExit(await (await import('./commands/cleanup.ts')).runCleanup(io, flags)))
}
