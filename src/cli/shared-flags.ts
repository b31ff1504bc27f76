/** Flags that several commands share. */

import { MACHINE_KINDS } from 'hcloud-sandbox/machines'
import type { Parameters, Values } from './define-command.ts'
import { parseArchitecture, parseId, parsePort, parseRole, parseSha256 } from './flags.ts'
import { OUTPUTS } from './formats/formats.ts'
import { serverFlags } from './server-flags.ts'

/** How a command prints its result. */
export const outputFlag = {
  '-o, --output <form>': { text: 'how to print results', choices: OUTPUTS, default: 'text' },
} as const satisfies Parameters

const COMMANDED = MACHINE_KINDS.filter(({ runsCommands }) => runsCommands)

/** Which cloud a command talks to. */
export const cloudFlags = {
  ...outputFlag,
  '--sandbox': 'an emulated cloud on this computer; no account',
  '--machines <kind>': { text: "what a sandbox's servers are", choices: COMMANDED.map(({ name }) => name) },
  '--factory-url <url>': 'Image Factory (TALOS_IMAGE_FACTORY_URL)',
} as const satisfies Parameters
export type CloudFlags = Values<typeof cloudFlags>

const CONFIG = 'names the projects; default: talos-image.yaml'

/** Which project a command works in, where there are several. */
export const projectFlags = {
  ...cloudFlags,
  '--project <name>': 'which of several projects; docs/projects.md',
  '--config <file>': CONFIG,
} as const satisfies Parameters
export type ProjectFlags = Values<typeof projectFlags>

/** Where the variables of a build come from. */
export const variableFlags = {
  '--directory <dir>': 'where .pkr.hcl files are; default: . or ./_packer',
  '--var <name=value>': { text: 'set a variable; repeatable', repeatable: true },
  '--var-file <file>': { text: 'read variables from a file; repeatable', repeatable: true },
} as const satisfies Parameters

/** What is to be built. */
export const planParameters = {
  '[role]': { text: 'such as worker; left out: generic images', parse: parseRole },
  ...cloudFlags,
  '--roles': 'every role that has a schematic-<role>.yaml',
  '--arch <arch>': { text: 'arm or x86; repeatable; default: both', parse: parseArchitecture, repeatable: true },
  '--schematic <file>': 'submit this schematic and build from it',
  '--image-file <path>': 'a disk image of your own; - is standard input',
  '--sha256 <hex>': {
    text: 'what the source hashes to; or arm=HEX, x86=HEX',
    parse: parseSha256,
    repeatable: true,
  },
  '--project <name=variable>': { text: 'a project, and its token variable; repeatable', repeatable: true },
  '--config <file>': CONFIG,
  ...variableFlags,
  '--var <name=value>': { text: 'set a variable; repeatable (-var works, too)', repeatable: true },
  '--ssh-port <port>': { text: 'port of the build servers', parse: parsePort },
  '--no-fallback': 'only the chosen server type and location',
  '--allow-bigger-disk': 'bigger disks, too, which the snapshot then needs',
  ...serverFlags,
} as const satisfies Parameters

/** The headings of those flags in the help. */
export const PLAN_GROUPS = {
  'What is built:': [
    '--roles',
    '--arch',
    '--schematic',
    '--image-file',
    '--sha256',
    '--force',
    '--project',
    '--config',
  ],
  'Variables:': ['--directory', '--var', '--var-file'],
  'Build servers:': [
    '--no-fallback',
    '--allow-bigger-disk',
    '--ssh-port',
    '--ip-family',
    '--network',
    '--ssh-over',
    '--firewall',
    '--server-label',
  ],
} as const

/** Snapshot IDs. */
export const idsArgument = {
  '<id...>': { text: 'snapshot IDs', parse: parseId },
} as const satisfies Parameters
