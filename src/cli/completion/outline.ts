/** What of the program a shell can complete: taken from commander, so that there is one source. */

import type { Command, Option } from 'commander'
import { ARCHITECTURES, HCLOUD_TALOS_ROLES } from '../../domain.ts'
import { allOptions, describedAs } from '../help.ts'

/** What can stand in a place: one of some words, a file, a folder, or something that only the user knows. */
export type Candidates =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'file' }
  | { readonly kind: 'directory' }
  | { readonly kind: 'any' }

export interface FlagOutline {
  /** `--output`, or `-o`. */
  readonly names: readonly string[]
  readonly description: string
  /** undefined for a flag that takes no value. */
  readonly value: Candidates | undefined
  /** What the value is called. */
  readonly valueName: string
  readonly repeatable: boolean
}

export interface ArgumentOutline {
  readonly name: string
  readonly variadic: boolean
  readonly candidates: Candidates
}

export interface CommandOutline {
  /** The words that lead here; none for the program itself. */
  readonly path: readonly string[]
  readonly description: string
  readonly flags: readonly FlagOutline[]
  readonly arguments: readonly ArgumentOutline[]
  readonly commands: readonly CommandOutline[]
}

/** Values that flags and arguments take by what they are called, where commander does not know their choices. */
const BY_NAME: ReadonlyMap<string, Candidates> = new Map([
  ['file', { kind: 'file' }],
  ['path', { kind: 'file' }],
  ['dir', { kind: 'directory' }],
  ['arch', { kind: 'words', words: ARCHITECTURES }],
  // There may be other roles, but these have a file in every new directory.
  ['target', { kind: 'words', words: HCLOUD_TALOS_ROLES }],
])

/** The outline of a program, with its help and all of its commands. */
export function outline(program: Command): CommandOutline {
  return outlineAt(program, [])
}

/** A command and everything below it, in the order in which help shows them. */
export function flatten(command: CommandOutline): readonly CommandOutline[] {
  return [command, ...command.commands.flatMap(flatten)]
}

function outlineAt(command: Command, path: readonly string[]): CommandOutline {
  const help = command.createHelp()
  const visible = help.visibleCommands(command)
  const names = visible.map((below) => below.name())
  return {
    path,
    description: command.description(),
    flags: allOptions(command).map((option) => outlineFlag(option, isRepeatable(command, option))),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      variadic: argument.variadic,
      candidates: candidatesFor(argument.name(), argument.argChoices),
    })),
    commands: visible.map((below) =>
      below.name() === 'help' ? outlineHelp(below, path, names) : outlineAt(below, [...path, below.name()]),
    ),
  }
}

/** `help` takes the names of the commands beside it. */
function outlineHelp(command: Command, path: readonly string[], names: readonly string[]): CommandOutline {
  const words = names.filter((name) => name !== 'help')
  return {
    path: [...path, 'help'],
    description: command.description(),
    flags: [],
    arguments: [{ name: 'command', variadic: false, candidates: { kind: 'words', words } }],
    commands: [],
  }
}

function isRepeatable(command: Command, { flags }: Option): boolean {
  const details = describedAs(command).parameters?.[flags]
  return typeof details === 'object' && details.repeatable === true
}

function outlineFlag(option: Option, repeatable: boolean): FlagOutline {
  const [, valueName = ''] = /[<[]([^>\].]+)/.exec(option.flags) ?? []
  return {
    names: [option.long, option.short].filter((name) => name !== null && name !== undefined),
    description: option.description,
    value: option.required || option.optional ? candidatesFor(valueName, option.argChoices) : undefined,
    valueName,
    repeatable,
  }
}

function candidatesFor(name: string, choices: readonly string[] | undefined): Candidates {
  return choices === undefined ? (BY_NAME.get(name) ?? { kind: 'any' }) : { kind: 'words', words: choices }
}
