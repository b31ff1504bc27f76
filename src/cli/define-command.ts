/** What a command is: what it takes, as data, and a handler whose parameters follow from that. */

import type { Command } from 'commander'
import type { CommandResult } from './command-result.ts'
import type { Io } from './io.ts'

/** What help says about a flag or an argument, and how what was typed becomes its value. */
export interface ParameterDetails {
  readonly text: string
  /** @throws InvalidArgumentError with what is wrong */
  readonly parse?: (typed: string) => unknown
  readonly choices?: readonly string[]
  /** Whether the flag can be given several times: its value is a list then. */
  readonly repeatable?: boolean
  /** Whether the flag has to be given. */
  readonly required?: boolean
  readonly default?: string
}

/**
 * Flags and arguments under the words in which help shows them: `--keep <number>`, `--yes`, `--no-fallback`, `<id...>`, `[role]`.
 * A text alone is what help says about one that needs no more than that.
 */
export type Parameters = Readonly<Record<string, string | ParameterDetails>>

type Camel<Words> = Words extends `${infer First}-${infer Rest}` ? `${First}${Capitalize<Camel<Rest>>}` : Words
type Until<Mark extends string, Words> = Words extends `${infer Start}${Mark}${string}` ? Start : Words

/** `--older-than`, as users type it. */
export type FlagName<Words> = Words extends `${string}--${infer Long}` ? `--${Until<' ', Long>}` : never

type Name<Words> = Words extends `--no-${infer Long}`
  ? Camel<Long>
  : Words extends `${string}--${infer Long}`
    ? Camel<Until<' ', Long>>
    : Words extends `<${infer Argument}>` | `[${infer Argument}]`
      ? Until<'...', Argument>
      : never

type One<Words, Details> = Details extends { parse: (typed: string) => infer Value }
  ? Value
  : Details extends { choices: readonly (infer Choice)[] }
    ? Choice
    : Words extends `${string}${'<' | '['}${string}`
      ? string
      : boolean

type Value<Words, Details> = Details extends { repeatable: true }
  ? readonly One<Words, Details>[]
  : Words extends `${string}...${string}`
    ? readonly One<Words, Details>[]
    : One<Words, Details>

type IsAlwaysThere<Words, Details> = Words extends `--no-${string}` | `<${string}` | `[${string}...]`
  ? true
  : Details extends { default: string } | { required: true }
    ? true
    : false

/** The values that a handler gets, by name: `olderThan` of `--older-than <age>`, `id` of `<id...>`. */
export type Values<All> = {
  readonly [Words in keyof All as IsAlwaysThere<Words, All[Words]> extends true ? Name<Words> : never]: Value<
    Words,
    All[Words]
  >
} & {
  readonly [Words in keyof All as IsAlwaysThere<Words, All[Words]> extends true ? never : Name<Words>]?: Value<
    Words,
    All[Words]
  >
}

/** Some of the values, of which any may be missing: a flag that is renamed does not compile here. */
export type Given<All, Names extends keyof All> = { readonly [Name in Names]?: All[Name] | undefined }

/** What help says about a command, beside its parameters. */
export interface CommandHelp {
  readonly description: string
  /** What else there is to know; stands before the examples. */
  readonly notes?: string
  /** Command lines; two spaces or more set apart what is said about one. */
  readonly examples: readonly string[]
}

/** What a command's file says. */
export interface Definition<All> extends CommandHelp {
  readonly parameters: All
  /** The flags under headings, for commands that have more of them than one can take in. */
  readonly groups?: Readonly<Record<string, readonly FlagName<keyof All>[]>>
  /** Whether everything behind the command's name is an argument, whatever it looks like. */
  readonly passThrough?: boolean
  /** Flags whose line in the help also names others, which have none of their own: a screen holds only so many. */
  readonly together?: { readonly [Flag in FlagName<keyof All>]?: Together<FlagName<keyof All>> }
  /** @param whole the program with all commands, for those that are about them */
  readonly run: (io: Io, values: Values<All>, whole: () => Promise<Command>) => Promise<CommandResult>
}

export interface Together<Flag extends string = string> {
  readonly text: string
  readonly others: readonly Flag[]
}

/** A command with any parameters. */
export interface CommandDefinition extends CommandHelp {
  readonly parameters: Parameters
  readonly groups: Readonly<Record<string, readonly string[]>>
  readonly together: Readonly<Record<string, Together | undefined>>
  readonly passThrough?: boolean
  /** @param command has parsed its arguments, and holds them with its flags */
  readonly run: (io: Io, command: Command, whole: () => Promise<Command>) => Promise<CommandResult>
}

/** Commands below a word of their own, such as `schematic`. */
export interface CommandGroup extends CommandHelp {
  readonly commands: Readonly<Record<string, LoadedLater<CommandDefinition>>>
}

/** What a list says about a command, and its file, which is loaded when it is called, or its help. */
export type LoadedLater<Loaded> = readonly [summary: string, load: () => Promise<{ readonly command: Loaded }>]

/** A command whose handler gets the values of its own parameters. */
export function defineCommand<const All extends Parameters>(definition: Definition<All>): CommandDefinition {
  const { run, groups = {}, together = {} } = definition
  return { ...definition, groups, together, run: (io, command, whole) => run(io, command.opts(), whole) }
}
