/** How help is arranged: commands and flags in groups, and the same screen for `--help` and `help COMMAND`. */

import { type Command, Help, Option } from 'commander'
import { nearNames } from '../util/near.ts'

const FLAGS = 'Flags:'

/** The flags that nearly every command has; always the last group. */
export const GENERAL = 'For every command:'
const GENERAL_FLAGS = new Set([
  '--output',
  '--project',
  '--config',
  '--sandbox',
  '--machines',
  '--factory-url',
  '--help',
  '--version',
])

const COMMAND_GROUPS: Readonly<Record<string, readonly string[]>> = {
  'Building:': ['init', 'doctor', 'plan', 'build'],
  'Looking:': ['list', 'show', 'select', 'outdated', 'versions', 'extensions', 'schematic'],
  'Tidying:': ['protect', 'unprotect', 'delete', 'prune', 'cleanup'],
  'Tools:': ['sandbox', 'external', 'completion', 'help'],
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
  external: "Answer Terraform's external data source.",
  completion: 'Print the script that makes a shell complete commands.',
}

const BUILD_GROUPS: Readonly<Record<string, readonly string[]>> = {
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
    '--wait-for-stock',
    '--ssh-port',
    '--ip-family',
    '--network',
    '--ssh-over',
    '--firewall',
    '--server-label',
  ],
  'The run:': [
    '--engine',
    '--dry-run',
    '--matrix',
    '--manifest',
    '--tfvars',
    '--packer-manifest',
    '--debug-log',
    '--ssh-timeout',
    '--timeout',
  ],
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

/** Flags of a build that share a line of its help with the one that names them, since a screen holds no more. */
const TOGETHER: Readonly<Record<string, { readonly text: string; readonly others: readonly string[] }>> = {
  '--project': { text: 'in this project; also --config: docs/projects.md', others: ['--config'] },
  '--network': {
    text: 'where it stands; also --ip-family, --ssh-over, --firewall, --server-label: docs/networks.md',
    others: ['--ip-family', '--ssh-over', '--firewall', '--server-label'],
  },
  '--manifest': {
    text: 'write what was built as JSON; also --tfvars, --packer-manifest: docs/terraform.md',
    others: ['--tfvars', '--packer-manifest'],
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
    .configureHelp({ groupItems, optionDescription, visibleOptions, subcommandTerm: (sub) => sub.name() })
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

/** All flags of a command, for docs and shells. */
export function allOptions(command: Command): Option[] {
  return new Help().visibleOptions(command)
}

/** The flags that the help has a line for. */
function visibleOptions(command: Command): Option[] {
  const all = allOptions(command)
  if (command.name() !== 'build') return all
  const named = new Set(Object.values(TOGETHER).flatMap(({ others }) => others))
  return all.filter(({ long }) => !named.has(long ?? '')).map(shorten)
}

function shorten(option: Option): Option {
  const together = TOGETHER[option.long ?? '']
  if (together === undefined) return option
  const shown = new Option(option.flags, together.text)
  return option.helpGroupHeading === undefined ? shown : shown.helpGroup(option.helpGroupHeading)
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
