/** How help is arranged: commands and flags in groups, and the same screen for `--help` and `help COMMAND`. */

import { type Command, Help, Option } from 'commander'
import { nearNames } from '../util/near.ts'
import type { CommandDefinition, CommandHelp } from './define-command.ts'
import { programName } from './invocation.ts'
import { projectFlags } from './shared-flags.ts'

const FLAGS = 'Flags:'
const { formatHelp } = Help.prototype

/** The flags that nearly every command has; always the last group. */
export const GENERAL = 'For every command:'

/** What the help of a command shows: what it takes follows from its parameters. */
interface Described extends CommandHelp, Partial<Pick<CommandDefinition, 'parameters' | 'groups' | 'together'>> {
  /** The headings of the commands below it, in their order. */
  readonly headings?: readonly string[]
  readonly examplesHeading?: string
  /** What stands below the examples. */
  readonly closing?: string
}

const DESCRIBED = new WeakMap<Command, Described>()

/** What the help of a command was made of. */
export function describedAs(command: Command): Described {
  const described = DESCRIBED.get(command)
  if (described === undefined) throw new RangeError(`${command.name()} has no help yet`)
  return described
}

/** Arranges the help of a command that has all of its flags by now. @param path the words that call it */
export function describeCommand(command: Command, path: readonly string[], described: Described): void {
  DESCRIBED.set(command, described)
  const { groups = {}, together = {}, headings = [], notes, examples, closing } = described
  const below = [
    ...(notes === undefined ? [] : [notes]),
    [
      described.examplesHeading ?? 'Examples:',
      ...examples.map((example) => `  $ ${example.replaceAll(/\btalos-image(?= )/g, programName())}`),
    ].join('\n'),
    ...(closing === undefined ? [] : [closing]),
  ]
  const order = [...headings, ...Object.keys(groups), FLAGS, GENERAL]
  const others = new Set(Object.values(together).flatMap((line) => line?.others ?? []))
  const shorten = (option: Option): Option => {
    const line = together[option.long ?? '']
    return line === undefined ? option : new Option(option.flags, line.text).helpGroup(option.helpGroupHeading ?? FLAGS)
  }
  command
    .description(described.description)
    .addHelpText('after', below.map((text) => `\n${text}`).join('\n'))
    .configureHelp({
      groupItems: (_all, visible, toGroup) => groupItems(visible, toGroup, order),
      optionDescription,
      // Only for what is shown: an unknown flag is held against all there are.
      formatHelp: (one, helper) => {
        helper.visibleOptions = () =>
          allOptions(one).flatMap((option) => (others.has(option.long ?? '') ? [] : shorten(option)))
        return formatHelp.call(helper, one, helper)
      },
      subcommandTerm: (sub) => sub.name(),
    })
    .addHelpOption(
      new Option(
        '-h, --help',
        others.size === 0 ? 'show this' : `show this; help ${path.join(' ')} --all: each flag`,
      ).helpGroup(path.length === 0 ? FLAGS : GENERAL),
    )
    .showHelpAfterError(`(${[programName(), 'help', ...path].join(' ')} shows what there is)`)
  for (const option of command.options) {
    const [heading] = Object.entries(groups).find(([, names]) => names.includes(option.long ?? '')) ?? []
    option.helpGroup(heading ?? (Object.hasOwn(projectFlags, option.flags) ? GENERAL : FLAGS))
  }
}

/** Adds `help [COMMAND...]`. */
export function addHelpCommand(program: Command): Command {
  const help = program
    .command('help')
    .argument('[command...]', 'which one; none for the list of all')
    .option('--all', 'each flag on a line of its own, however many there are')
    .action((names: readonly string[], { all }: { readonly all?: true }) => showHelp(program, names, all))
  describeCommand(help, ['help'], {
    description: 'Show what a command does, its flags, and examples.',
    examples: ['talos-image help build', 'talos-image help build --all', 'talos-image help schematic check'],
  })
  return help
}

/** All that can be called, with the words that call it; `talos-image` itself first. */
export function allCommands(command: Command, words: readonly string[] = [command.name()]): [string, Command][] {
  const below = command.commands.flatMap((sub) => allCommands(sub, [...words, sub.name()]))
  return [[words.join(' '), command], ...below]
}

/** All flags of a command, for docs and shells. */
export function allOptions(command: Command): Option[] {
  return new Help().visibleOptions(command)
}

/** `how to print results: text (default), json`, where commander writes a line more. */
function optionDescription({ description, argChoices, defaultValue }: Option): string {
  if (argChoices === undefined) {
    return typeof defaultValue === 'string' ? `${description}; default: ${defaultValue}` : description
  }
  const choices = argChoices.map((choice) => (choice === defaultValue ? `${choice} (default)` : choice))
  return `${description}: ${choices.join(', ')}`
}

/** By heading, in the given order. commander calls it for flags and for commands. */
function groupItems<T extends Command | Option>(
  items: readonly T[],
  toGroup: (item: T) => string,
  order: readonly string[],
): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) groups.set(toGroup(item), [...(groups.get(toGroup(item)) ?? []), item])
  return new Map([...groups].toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b)))
}

function showHelp(program: Command, names: readonly string[], all = false): void {
  let command = program
  for (const name of names) {
    const next = command.commands.find((sub) => sub.name() === name)
    if (next === undefined) {
      const [near] = nearNames(
        name,
        command.commands.map((sub) => sub.name()),
      )
      const suggestion = near === undefined ? '' : `\n(Did you mean ${near}?)`
      command.error(`error: unknown command '${name}'${suggestion}`, { code: 'commander.unknownCommand', exitCode: 1 })
    } else command = next
  }
  if (all) command.configureHelp({ ...command.configureHelp(), formatHelp })
  command.outputHelp()
}

/** One line of a command's examples. */
export interface Example {
  /** As it stands there, with what is said about it: a comment in a shell. */
  readonly text: string
  /** What is to be typed. */
  readonly line: string
}

/** Two spaces or more, which no command needs, set apart what is said about it. */
const COMMENT = / {2,}(.*)$/

/** The examples that a command's help shows. */
export function examplesOf(command: Command): Example[] {
  return describedAs(command).examples.map((shown) => ({
    text: shown.replace(COMMENT, '   # $1'),
    line: shown.replace(COMMENT, ''),
  }))
}
