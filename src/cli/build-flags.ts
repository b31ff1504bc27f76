/** What `plan` and `build` take. */

import type { Role } from '../domain.ts'
import { TalosImageError } from '../errors.ts'
import type { FlagName, Parameters, Values } from './define-command.ts'
import {
  parseBuildNames,
  parseDuration,
  parsePort,
  parseSha256,
  parseShardFlag,
  parseTarget,
  parseTimeout,
  TIMEOUT_NAMES,
} from './flags.ts'
import { LINES, OUTPUTS, TEXT } from './formats/formats.ts'
import { serverFlags, snapshotFlags } from './server-flags.ts'
import { archFlag, CONFIG, cloudFlags, variableFlags } from './shared-flags.ts'

/** What is to be built. */
export const planParameters = {
  '[target]': { text: 'a role such as worker, or a template', parse: parseTarget },
  ...cloudFlags,
  '--roles': 'every role that has a schematic-<role>.yaml',
  ...archFlag({ after: '; default: both' }),
  '--only <names>': { text: 'builds of the template, as -only of Packer', parse: parseBuildNames, repeatable: true },
  '--except <names>': { text: 'all but these builds', parse: parseBuildNames, repeatable: true },
  '--shard <index/count>': { text: 'a part of the images: 1/4 is the first of 4', parse: parseShardFlag },
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
  '--boot-test': 'boot each snapshot before it is published',
  '--verbose': 'all about each image: URL, labels, identity, installer',
  ...snapshotFlags,
  ...serverFlags,
} as const satisfies Parameters

/** The headings of those flags in the help. */
export const PLAN_GROUPS = {
  'What is built:': [
    '--roles',
    '--arch',
    '--only',
    '--except',
    '--shard',
    '--schematic',
    '--image-file',
    '--sha256',
    '--boot-test',
    '--force',
    '--even-in-use',
    '--label',
    '--description',
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
    '--download-proxy',
  ],
} as const

/** Flags that are one line of the help with another. */
export const PLAN_TOGETHER = {
  '--arch': {
    text: 'arm or x86; also --only, --except, --shard',
    others: ['--only', '--except', '--shard'],
  },
  '--no-fallback': {
    text: 'only what was chosen; also --allow-bigger-disk',
    others: ['--allow-bigger-disk'],
  },
  '--label': { text: 'a label of the snapshot; also --description', others: ['--description'] },
  '--project': { text: 'in this project; also --config: docs/projects.md', others: ['--config'] },
  '--var': { text: 'set a variable (-var works, too); also --var-file', others: ['--var-file'] },
  '--network': {
    text: 'its network; also --ip-family, --ssh-over, --firewall, --server-label, --download-proxy',
    others: ['--ip-family', '--ssh-over', '--firewall', '--server-label', '--download-proxy'],
  },
  '--sandbox': { text: 'an emulated cloud; no account; also --machines', others: ['--machines'] },
  '--factory-url': { text: 'Image Factory; also --allow-http, for the API', others: ['--allow-http'] },
} as const

/** What a plan is made of, and a build. */
export type PlanFlags = Omit<Values<typeof planParameters>, 'target' | 'output' | 'verbose'> &
  Partial<Pick<Values<typeof buildParameters>, 'force' | 'evenInUse' | 'sshTimeout'>>

/** The files that a build leaves for other programs. */
export const resultFileFlags = {
  '--manifest <file>': 'write what was built to a JSON file',
  '--report <file>': 'write a page to look at: a timeline of each image, what failed, text for Terraform',
  '--tfvars <file>': "write it as Terraform's variables",
  '--packer-manifest <file>': "add it to a file as Packer's manifest has it",
} as const satisfies Parameters
export type ResultFileFlags = Values<typeof resultFileFlags>

/** What becomes of the server of an image that failed, in the words of Packer: `abort` keeps it, `ask` asks in a terminal. */
export const ON_ERROR = ['cleanup', 'abort', 'ask'] as const

/** What is to be built, and how. */
export const buildParameters = {
  ...planParameters,
  '-o, --output <form>': { text: 'results as', choices: [...OUTPUTS, LINES], default: TEXT },
  '--force': 'build what exists, too; the new one replaces it',
  '--even-in-use': 'replace even what a server was made from',
  '--engine <engine>': { text: 'who builds', choices: ['native', 'packer'], default: 'native' },
  '--dry-run': 'show the plan and stop',
  ...resultFileFlags,
  '--wait-for-stock <duration>': { text: 'look so long for a server in stock, such as 30m', parse: parseDuration },
  '--allow-older': 'take the older snapshot when no server is in stock',
  '--allow-unproven': 'publish without --boot-test when no server for it is in stock',
  '--on-error <what>': {
    text: 'the server of a failed image; abort keeps it',
    choices: ON_ERROR,
  },
  '--debug-log <file>': 'write a trace for a bug report, without secrets',
  '--ssh-timeout <duration>': { text: 'wait so long for the rescue system, such as 5m', parse: parseDuration },
  '--require-host-proof': 'fail when a build server cannot prove its host key',
  '--timeout <what=duration>': {
    text: `other waits: ${TIMEOUT_NAMES}`,
    parse: parseTimeout,
    repeatable: true,
  },
} as const satisfies Parameters
export type BuildFlags = Values<typeof buildParameters>
/** Such as `--arch`. */
export type BuildFlagName = FlagName<keyof typeof buildParameters>

/**
 * The role that is named, and the flags with the directory of the template that is named instead.
 * @throws TalosImageError `usage` when the flags name a directory, too
 */
export function readTarget<Flags extends Pick<BuildFlags, 'target' | 'directory'>>({
  target,
  ...flags
}: Flags): { readonly role: Role | undefined; readonly flags: Omit<Flags, 'target'> } {
  if (target === undefined || 'role' in target) return { role: target?.role, flags }
  if (flags.directory === undefined) return { role: undefined, flags: { ...flags, directory: target.directory } }
  throw new TalosImageError({
    code: 'usage',
    message: `"${target.directory}" is a template, and --directory names another: "${flags.directory}"`,
    hint: 'give one of the two',
  })
}
