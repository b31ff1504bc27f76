/** Flags that several commands share. */

import { MACHINE_KINDS } from 'hcloud-sandbox/machines'
import { ARCHITECTURE_WORDS } from '../domain.ts'
import type { Parameters, Values } from './define-command.ts'
import { parseArchitecture } from './flags.ts'
import { OUTPUTS, TEXT } from './formats/formats.ts'

/** How a command prints its result. */
export const outputFlag = {
  '-o, --output <form>': { text: 'how to print results', choices: OUTPUTS, default: TEXT },
} as const satisfies Parameters

const COMMANDED = MACHINE_KINDS.filter(({ runsCommands }) => runsCommands)

/** Which cloud a command talks to. */
export const cloudFlags = {
  ...outputFlag,
  '--sandbox': 'an emulated cloud on this computer; no account',
  '--machines <kind>': { text: "what a sandbox's servers are", choices: COMMANDED.map(({ name }) => name) },
  '--factory-url <url>': 'Image Factory (TALOS_IMAGE_FACTORY_URL)',
  '--allow-http': 'plain http for Hetzner (TALOS_IMAGE_ALLOW_HTTP)',
} as const satisfies Parameters
export type CloudFlags = Values<typeof cloudFlags>

export const CONFIG = 'settings; default: talos-image.yaml'

/** Which project a command works in, where there are several. */
export const projectFlags = {
  ...cloudFlags,
  '--project <name>': 'which of several projects; docs/projects.md',
  '--config <file>': CONFIG,
} as const satisfies Parameters
export type ProjectFlags = Values<typeof projectFlags>

/** Where the variables of a build come from. */
export const variableFlags = {
  '--directory <path>': 'template or its folder; default: . or ./_packer',
  '--var <name=value>': { text: 'set a variable; repeatable', repeatable: true },
  '--var-file <file>': { text: 'read variables from a file; repeatable', repeatable: true },
} as const satisfies Parameters

/** `--arch`, which may be given for each architecture. */
export const archFlag = ({ before = '', after = '' }: { readonly before?: string; readonly after?: string } = {}) =>
  ({
    '--arch <arch>': {
      text: `${before}${ARCHITECTURE_WORDS}; repeatable${after}`,
      parse: parseArchitecture,
      repeatable: true,
    },
  }) as const satisfies Parameters
