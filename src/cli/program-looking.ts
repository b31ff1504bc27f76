/** The commands that look at things and change nothing. */

import { type Command, Option } from 'commander'
import { ARCHITECTURES } from '../domain.ts'
import { collect, parseArchitecture } from './flags.ts'
import type { Io } from './io.ts'
import { listFlags } from './list-flags.ts'
import { addExternalCommand } from './program-external.ts'
import { cloudFlags, collectIds, projectFlag } from './shared-flags.ts'
import { parseSshHost } from './ssh-egress.ts'

/** Adds them to the program; `onExit` gets each command's exit code. */
export function addLookingCommands(program: Command, io: Io, onExit: (code: number) => void): void {
  addSnapshotCommands(program, io, onExit)
  addFactoryCommands(program, io, onExit)
  addExternalCommand(program, io, onExit)

  projectFlag(cloudFlags(program.command('doctor')), io)
    .description('Check whether a build would work, and say what to do. Makes nothing.')
    .option('--arch <arch>', 'only stock for arm or x86; repeatable', parseArchitecture)
    .option('--directory <dir>', 'where .pkr.hcl files are; default: . or ./_packer')
    .option('--var <name=value>', 'set a variable; repeatable', collect)
    .option('--var-file <file>', 'read variables from a file; repeatable', collect)
    .option('--ssh-host <host[:port]>', 'an SSH server to try: whether SSH gets out', parseSshHost)
    .addHelpText(
      'after',
      `
Looks at token, rights, rate limit, clock, stock, Image Factory, SSH and what
the sandbox needs. Exits with 1 when something failed.

Examples:
  $ talos-image doctor
  $ talos-image doctor --var server_location=hel1   stock of another location
  $ talos-image doctor --ssh-host github.com        whether SSH gets out
  $ talos-image doctor --sandbox                    whether it works here`,
    )
    .action(async (flags) => onExit(await (await import('./commands/doctor.ts')).runDoctor(io, flags)))
}

function addSnapshotCommands(program: Command, io: Io, onExit: (code: number) => void): void {
  listFlags(projectFlag(cloudFlags(program.command('list')), io))
    .description('List the Talos snapshots of the project, newest first.')
    .addHelpText(
      'after',
      `
Snapshots cannot move between projects: each needs its own.

Examples:
  $ talos-image list --role worker --arch arm
  $ talos-image list --version v1.12 --sort version:desc
  $ talos-image list --selector 'os=talos,!role' --wide`,
    )
    .action(async (flags) => onExit(await (await import('./commands/list.ts')).runList(io, flags)))

  const show = program.command('show').argument('<id>', 'a snapshot ID', (text) => collectIds(text, []))
  projectFlag(cloudFlags(show), io)
    .description('Show everything about one snapshot.')
    .addHelpText(
      'after',
      `
Examples:
  $ talos-image show 400000001       labels, installer, servers made from it
  $ talos-image show 400000001 --output json`,
    )
    .action(async ([id], flags) => onExit(await (await import('./commands/show.ts')).runShow(io, id, flags)))

  projectFlag(cloudFlags(program.command('outdated')), io)
    .description('Show whether a newer Talos is out than the newest snapshot of each kind.')
    .addHelpText(
      'after',
      `
Examples:
  $ talos-image outdated
  $ talos-image outdated --output json`,
    )
    .action(async (flags) => onExit(await (await import('./commands/outdated.ts')).runOutdated(io, flags)))

  const select = program.command('select').argument('<selector>', 'a Hetzner label selector, such as os=talos')
  projectFlag(cloudFlags(select), io)
    .description('Show which snapshot Terraform takes for a selector (hcloud_image with most_recent), and why.')
    .addOption(new Option('--arch <arch>', 'of which architecture').choices([...ARCHITECTURES]).makeOptionMandatory())
    .addHelpText(
      'after',
      `
Looks into one project: snapshots cannot move between projects.

Examples:
  $ talos-image select 'os=talos,!role' --arch x86
  $ talos-image select os=talos,role=worker --arch arm --output json`,
    )
    .action(async (selector, flags) =>
      onExit(await (await import('./commands/select.ts')).runSelect(io, selector, flags)),
    )
}

function addFactoryCommands(program: Command, io: Io, onExit: (code: number) => void): void {
  cloudFlags(program.command('versions'))
    .description('List the Talos versions that the Image Factory has: the newest of each minor version.')
    .option('--all', 'all of them, with those before a release')
    .addHelpText(
      'after',
      `
Examples:
  $ talos-image versions
  $ talos-image versions --all --output json`,
    )
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
}
