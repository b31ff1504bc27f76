/** What is asked for, before it is read: from flags, inputs of the GitHub Action, or a program. */

import type { Sourced } from '../config/variables.ts'
import type { Architecture, Role } from '../domain.ts'
import type { Origin } from '../errors.ts'
import type { ServerRequest } from '../plan/server-settings.ts'
import type { Shard } from '../plan/shard.ts'

/** The options that can contradict each other. */
export type OptionName =
  | 'architectures'
  | 'roles'
  | 'schematicFile'
  | 'imageFile'
  | 'sha256'
  | 'directory'
  | 'only'
  | 'except'

/** How options are called where they were given, for messages. */
export interface Spelling {
  /** `--image-file`, or `imageFile`. */
  readonly names: Readonly<Record<OptionName, string>>
  /** An option with a value, as it would be written: `--arch arm`, or `architectures: ['arm']`. */
  write(option: OptionName, value: string): string
  /** Where problems with it are, for a caller that shows places; by default their text alone says it. */
  readonly at?: (option: OptionName) => Origin
}

/** What images are made of, where it stands in no file of a directory; without anything in it, by default. */
export interface RequestContent {
  /** `name`: what messages call it. */
  readonly schematic?: { readonly name: string; readonly text: string } | undefined
  /** Of a schematic that the Factory has already. */
  readonly schematicId?: Sourced<string> | undefined
}

/** A pinned SHA-256; without an architecture it is for the only image that is built. */
export interface Pin {
  /** Of which image: the name of an architecture, if it is right. */
  readonly architecture: string | undefined
  /** 64 hexadecimal digits, if it is right. */
  readonly hex: string
}

/** What is asked for, by flags or by a program. */
export interface RequestOptions {
  /** Where relative paths count from. */
  readonly cwd: string
  /** Ends the wait for files that are pipes. */
  readonly signal?: AbortSignal
  /** For `PKR_VAR_name`, for `env()` in a template, and for HCLOUD_TOKEN. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The directory with templates, var files and schematics of roles, or one of the templates in it. */
  readonly directory: string | undefined
  /** `name=value` each. */
  readonly vars: readonly string[]
  readonly varFiles: readonly string[]
  /** A file that says what counts where these options say nothing. */
  readonly settingsFile: string | undefined
  /** undefined: those of the settings file, else all. */
  readonly architectures: readonly Architecture[] | undefined
  /** Patterns of names of the template's builds; none: all. */
  readonly only: readonly string[]
  readonly except: readonly string[]
  /** No role: generic images. */
  readonly roles: readonly Role[]
  /** All roles that have a schematic in the directory. */
  readonly everyRole: boolean
  readonly schematicFile: string | undefined
  /** In the place of files, for images of a role, too. */
  readonly content?: RequestContent | undefined
  /** `-` is standard input. */
  readonly imageFile: string | undefined
  readonly pins: readonly Pin[]
  /** Only a part of the images. */
  readonly shard?: Sourced<Shard> | undefined
  readonly force: boolean
  readonly evenInUse: boolean
  /** With `force`, as Packer's plugin replaces: see the request. */
  readonly replaceAsPacker?: boolean | undefined
  readonly fallback: boolean
  readonly allowBiggerDisk: boolean
  /** Whether each snapshot is booted before it is published; undefined: as the settings file says, else not. */
  readonly bootTest: boolean | undefined
  /** The build servers. */
  readonly server: ServerRequest
  /** Labels of the snapshots, beside those that they have anyhow. */
  readonly labels?: ReadonlyMap<string, Sourced<string>> | undefined
  /** Of the snapshots, instead of the usual one. */
  readonly description?: Sourced<string> | undefined
  /** Which settings of SSH were given, so that a template's do not count. */
  readonly sshIsGiven?: { readonly port: boolean; readonly timeout: boolean } | undefined
  /** In how many projects it is built. */
  readonly projects: number
  /** The sandbox has tokens of its own; those of a template do not count. */
  readonly sandbox: boolean
  /** Packer reads the template by itself, and more of it than this program can. */
  readonly forPacker: boolean
}

/** Options with what the settings file, or a default, adds to them. */
export type SettledOptions = RequestOptions & {
  readonly architectures: readonly Architecture[]
  readonly bootTest: boolean
}
