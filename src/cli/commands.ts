/** All commands. A command is a file, and a line here; its file is loaded when it is called, or its help. */

import type { CommandDefinition, CommandGroup, LoadedLater } from './define-command.ts'

const BUILDING = 'Building:'
const LOOKING = 'Looking:'
const CLEANING_UP = 'Cleaning up:'
export const TOOLS = 'Tools:'
/** What commands stand under in the list of all, in that order. */
export const HEADINGS = [BUILDING, LOOKING, CLEANING_UP, TOOLS]

type Listed = readonly [heading: string, ...command: LoadedLater<CommandDefinition | CommandGroup>]

/** By name, in the order of docs/commands.md. */
export const COMMANDS: Readonly<Record<string, Listed>> = {
  build: [BUILDING, 'Build snapshots: the generic images, or those of one role.', () => import('./commands/build.ts')],
  plan: [BUILDING, 'Show what build would do, where, and for how much.', () => import('./commands/plan.ts')],
  'merge-results': [
    BUILDING,
    'Make one result of those of shards and matrix jobs.',
    () => import('./commands/merge-results.ts'),
  ],
  'boot-test': [BUILDING, 'Boot a snapshot, and see whether Talos comes up.', () => import('./commands/boot-test.ts')],
  list: [LOOKING, 'List the Talos snapshots of the project, newest first.', () => import('./commands/list.ts')],
  show: [LOOKING, 'Show everything about one snapshot.', () => import('./commands/show.ts')],
  outdated: [LOOKING, 'Show whether Talos is newer than your snapshots.', () => import('./commands/outdated.ts')],
  select: [
    LOOKING,
    'Show which snapshot Terraform takes for a selector, and why.',
    () => import('./commands/select.ts'),
  ],
  versions: [LOOKING, 'List the Talos versions that the Image Factory has.', () => import('./commands/versions.ts')],
  extensions: [LOOKING, 'List the official extensions of a Talos version.', () => import('./commands/extensions.ts')],
  external: [TOOLS, "Answer Terraform's external data source.", () => import('./commands/external.ts')],
  doctor: [BUILDING, 'Check whether a build would work, and say what to do.', () => import('./commands/doctor.ts')],
  protect: [CLEANING_UP, 'Protect snapshots against deletion.', () => import('./commands/protect.ts')],
  unprotect: [
    CLEANING_UP,
    'Remove the protection of snapshots.',
    async () => ({ command: (await import('./commands/protect.ts')).unprotect }),
  ],
  delete: [CLEANING_UP, 'Delete snapshots by ID.', () => import('./commands/delete.ts')],
  prune: [CLEANING_UP, 'Show old snapshots that can go, or delete them.', () => import('./commands/prune.ts')],
  cleanup: [
    CLEANING_UP,
    'Show what interrupted runs left behind, or remove it.',
    () => import('./commands/cleanup.ts'),
  ],
  packer: [TOOLS, 'Stand in for Packer, with its commands and flags.', () => import('./commands/packer.ts')],
  sandbox: [TOOLS, 'Run the emulated cloud alone, for other programs.', () => import('./commands/sandbox.ts')],
  schematic: [
    LOOKING,
    'Check, submit and show schematics of the Image Factory.',
    () => import('./commands/schematic.ts'),
  ],
  init: [BUILDING, 'Write the files that a build reads.', () => import('./commands/init.ts')],
  completion: [
    TOOLS,
    'Print the script that makes a shell complete commands.',
    () => import('./commands/completion.ts'),
  ],
}
