/** Flags that several commands share, as commander knows them. */

import { type Command, InvalidArgumentError, Option } from 'commander'
import { MACHINE_KINDS } from 'hcloud-sandbox/machines'
import { collect, parseArchitecture, parsePort, parseRole, parseSha256 } from './flags.ts'
import type { Io } from './io.ts'
import { serverFlags } from './server-flags.ts'

/** The argument that names a role. */
export const ROLE = ['[role]', 'such as worker; left out: generic images', parseRole] as const

/** How a command prints its result. */
export function outputFlag(command: Command, forms: readonly string[] = ['text', 'json']): Command {
  return command.addOption(new Option('-o, --output <form>', 'how to print results').choices(forms).default('text'))
}

/** Which cloud a command talks to. */
export function cloudFlags(command: Command, forms?: readonly string[]): Command {
  return outputFlag(command, forms)
    .option('--sandbox', 'an emulated cloud on this computer; no account')
    .addOption(machinesOption())
    .option('--factory-url <url>', 'Image Factory (TALOS_IMAGE_FACTORY_URL)')
}

function machinesOption(): Option {
  const kinds = MACHINE_KINDS.filter(({ runsCommands }) => runsCommands)
  return new Option('--machines <kind>', "what a sandbox's servers are").choices(kinds.map(({ name }) => name))
}

const CONFIG = 'names the projects; default: talos-image.yaml'

/** Which project a command works in, where there are several. */
export function projectFlag(command: Command, io: Io): Command {
  return command
    .option('--project <name>', 'which of several projects; docs/projects.md')
    .option('--config <file>', CONFIG)
    .hook('preAction', async () => {
      const { project, config, directory, sandbox } = command.opts()
      if (project === undefined) return
      const { chooseProject } = await import('./projects.ts')
      command.setOptionValue('inProject', await chooseProject(io, { project, config, directory, sandbox }))
    })
}

/** What is to be built. */
export function planFlags(command: Command, forms?: readonly string[]): Command {
  const building = cloudFlags(command, forms)
    .option('--roles', 'every role that has a schematic-<role>.yaml')
    .option('--arch <arch>', 'arm or x86; repeatable; default: both', parseArchitecture)
    .option('--schematic <file>', 'submit this schematic and build from it')
    .option('--image-file <path>', 'a disk image of your own; - is standard input')
    .option('--sha256 <hex>', 'what the source hashes to; or arm=HEX, x86=HEX', parseSha256)
    .option('--project <name=variable>', 'a project, and its token variable; repeatable', collect)
    .option('--config <file>', CONFIG)
    .option('--directory <dir>', 'where .pkr.hcl files are; default: . or ./_packer')
    .option('--var <name=value>', 'set a variable; repeatable (-var works, too)', collect)
    .option('--var-file <file>', 'read variables from a file; repeatable', collect)
    .option('--ssh-port <port>', 'port of the build servers', parsePort)
    .option('--no-fallback', 'only the chosen server type and location')
    .option('--allow-bigger-disk', 'bigger disks, too, which the snapshot then needs')
  return serverFlags(building)
}

/** Snapshot IDs, one after the other. */
export function collectIds(text: string, previous: unknown): number[] {
  if (!/^[1-9]\d{0,15}$/.test(text))
    throw new InvalidArgumentError('Snapshot IDs are numbers; talos-image list shows them.')
  return [...(Array.isArray(previous) ? previous : []), Number(text)]
}
