/** How help is arranged: commands and flags in groups, and the same screen for `--help` and `help COMMAND`. */

import { type Command, Option } from 'commander'
import { nearNames } from '../util/near.ts'

const FLAGS = 'Flags:'

/** The flags that nearly every command has; always the last group. */
export const GENERAL = 'For every command:'
const GENERAL_FLAGS = new Set(['--output', '--sandbox', '--machines', '--factory-url', '--help', '--version'])

const COMMAND_GROUPS: Readonly<Record<string, readonly string[]>> = {
  'Building:': ['init', 'doctor', 'plan', 'build'],
  'Looking:': ['list', 'show', 'select', 'outdated', 'versions', 'extensions', 'schematic'],
  'Tidying:': ['protect', 'unprotect', 'delete', 'prune', 'cleanup'],
  'Tools:': ['sandbox', 'completion', 'help'],
}

/** What stands in the list of commands, where the whole description is too long. */
const SUMMARIES: Readonly<Record<string, string>> = {
  init: 'Write the files that a build reads.',
  plan: 'Show what build would do, where, and for how much.',
  doctor: 'Check whether a build would work, and say what to do.',
  select: 'Show which snapshot Terraform takes for a selector, and why.',
  outdated: 'Show whether a newer Talos is out than what there is.',
  versions: 'List the Talos versions that the Image Factory has.',
  schematic: 'Check, submit and show schematics of the Image Factory.',
  prune: 'Show old snapshots that can go, or delete them.',
  cleanup: 'Show what interrupted runs left behind, or remove it.',
  sandbox: 'Run the emulated cloud alone, for other programs.',
  completion: 'Print the script that makes a shell complete commands.',
}

const BUILD_GROUPS: Readonly<Record<string, readonly string[]>> = {
  'What is built:': ['--roles', '--arch', '--schematic', '--image-file', '--sha256', '--force'],
  'Variables:': ['--directory', '--var', '--var-file'],
  'Build servers:': [
    '--no-fallback',
    '--allow-bigger-disk',
    '--wait-for-stock',
    '--ssh-port',
    '--ip-family',
    '--network',
    '--ssh-over',
    '--firewall',
    '--server-label',
  ],
  'The run:': ['--dry-run', '--manifest', '--debug-log', '--ssh-timeout', '--timeout'],
}

/** The groups of the commands that have more flags than one can take in. */
const FLAG_GROUPS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  build: BUILD_GROUPS,
  plan: BUILD_GROUPS,
  sandbox: {
    'What there is:': ['--machines', '--latency', '--project', '--state', '--verbose'],
    'Where:': ['--port', '--factory-port', '--ssh-port'],
    'What goes wrong:': ['--out-of-stock', '--limit', '--rate-limit', '--fault'],
  },
}

/** Adds `help [COMMAND...]`, and arranges the help of all commands that are there by now. */
export function arrangeHelp(program: Command): void {
  program
    .command('help')
    .argument('[command...]', 'which one; none for the list of all')
    .description('Show what a command does, its flags, and examples.')
    .addHelpText(
      'after',
      `
Examples:
  $ talos-image help build
  $ talos-image help schematic check`,
    )
    .action((names: readonly string[]) => showHelp(program, names))
  arrange(program, [])
  for (const [heading, names] of Object.entries(COMMAND_GROUPS)) {
    for (const name of names) {
      const command = program.commands.find((one) => one.name() === name)
      command?.helpGroup(heading).summary(SUMMARIES[name] ?? '')
    }
  }
}

/** All that can be called, with the words that call it; `talos-image` itself first. */
export function allCommands(command: Command, words: readonly string[] = [command.name()]): [string, Command][] {
  const below = command.commands.flatMap((sub) => allCommands(sub, [...words, sub.name()]))
  return [[words.join(' '), command], ...below]
}

function arrange(command: Command, words: readonly string[]): void {
  command
    .configureHelp({ groupItems, optionDescription, subcommandTerm: (sub) => sub.name() })
    .addHelpOption(new Option('-h, --help', 'show this').helpGroup(words.length === 0 ? FLAGS : GENERAL))
    .showHelpAfterError(`(${['talos-image help', ...words].join(' ')} shows what there is)`)
  const groups = FLAG_GROUPS[words.join(' ')] ?? {}
  for (const option of command.options) {
    const [heading] = Object.entries(groups).find(([, names]) => names.includes(option.long ?? '')) ?? []
    if (heading !== undefined) option.helpGroup(heading)
    else if (option.helpGroupHeading === undefined && words.length > 0 && isGeneral(option)) option.helpGroup(GENERAL)
    else if (option.helpGroupHeading === undefined) option.helpGroup(FLAGS)
  }
  for (const sub of command.commands) arrange(sub, [...words, sub.name()])
}

const isGeneral = ({ long }: Option): boolean => GENERAL_FLAGS.has(long ?? '')

/** `how to print results: text (default), json`, where commander writes a line more. */
function optionDescription({ description, argChoices, defaultValue }: Option): string {
  if (argChoices === undefined) {
    return typeof defaultValue === 'string' ? `${description}; default: ${defaultValue}` : description
  }
  const choices = argChoices.map((choice) => (choice === defaultValue ? `${choice} (default)` : choice))
  return `${description}: ${choices.join(', ')}`
}

/** As they come, but what all have last. commander calls it for flags and for commands. */
function groupItems<T extends Command | Option>(
  _all: readonly T[],
  visible: readonly T[],
  toGroup: (item: T) => string,
): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of visible) {
    // The flag that shows help has no group of its own.
    const given = toGroup(item)
    const group = given === 'Options:' ? GENERAL : given
    groups.set(group, [...(groups.get(group) ?? []), item])
  }
  const order = [...Object.keys(COMMAND_GROUPS), ...Object.values(FLAG_GROUPS).flatMap(Object.keys), FLAGS]
  const rank = (heading: string): number =>
    heading === GENERAL ? order.length + 1 : (order.indexOf(heading) + order.length + 1) % (order.length + 1)
  return new Map([...groups].toSorted(([a], [b]) => rank(a) - rank(b)))
}

function showHelp(program: Command, names: readonly string[]): void {
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
  command.outputHelp()
}

/** One line of a command's examples. */
export interface Example {
  /** As it stands there, with what is said about it: a comment in a shell. */
  readonly text: string
  /** What is to be typed. */
  readonly line: string
}

const EXAMPLES = /^Examples[^\n]*:\n((?: {2}\$ .*\n?)+)/m
/** Two spaces or more, which no command needs, set apart what is said about it. */
const COMMENT = / {2,}(.*)$/

/** The examples that a command's help shows. */
export function examplesOf(command: Command): Example[] {
  const [, lines = ''] = EXAMPLES.exec(textAfter(command)) ?? []
  return [...lines.matchAll(/^ {2}\$ (.*)$/gm)].map(([, shown = '']) => ({
    text: shown.replace(COMMENT, '   # $1'),
    line: shown.replace(COMMENT, ''),
  }))
}

/** What a command's help says below its flags, beside the examples. */
export function notesOf(command: Command): string {
  return textAfter(command).replace(EXAMPLES, '').trim()
}

/** What stands below the flags: commander gives it to whoever it shows the help, and to nobody else. */
function textAfter(command: Command): string {
  let shown = ''
  const own = command.configureOutput()
  command.configureOutput({ ...own, writeOut: (text) => (shown += text) })
  command.outputHelp()
  command.configureOutput(own)
  return shown.slice(command.helpInformation().length)
}
