/** The program as commander knows it, made of the commands' definitions. */

import { Argument, Command, Option } from 'commander'
import { VERSION } from '../util/user-agent.ts'
import { printResult } from './command-result.ts'
import { COMMANDS, HEADINGS, TOOLS } from './commands.ts'
import type { CommandDefinition, CommandGroup, ParameterDetails } from './define-command.ts'
import { addHelpCommand, describeCommand } from './help.ts'
import { asCalled, programName } from './invocation.ts'
import type { Io } from './io.ts'
import { foldLines } from './render/fold.ts'
import { isGithubActions } from './screen.ts'
import { showError } from './show-problem.ts'
import { toUsageProblem } from './usage-problem.ts'

/** `talos-image --sandbox build`: the program itself has next to no flags. */
const sayWhereFlagsBelong = (text: string): string =>
  text.replace(
    /^(error: unknown option '(--[\w-]+)')\n$/,
    `$1\n(Flags come after the command: ${programName()} COMMAND $2)\n`,
  )

/** What a definition becomes a command with. */
interface Surroundings {
  readonly io: Io
  readonly onExit: (code: number) => void
  /** The program with all of its commands. */
  readonly whole: () => Promise<Command>
  readonly isNeeded: (name: string) => boolean
}

/**
 * Builds the program; `onExit` gets the exit code of the command that runs.
 * @param words of the command line. Only the commands that they name are loaded: the others are no more than a line in the
 *   list of commands. All are loaded without it
 */
export async function createProgram(
  io: Io,
  onExit: (code: number) => void,
  words?: readonly string[],
): Promise<Command> {
  const program = new Command('talos-image')
    .version(VERSION, '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      outputError: (text, write) =>
        isGithubActions(io) ? showError(io, toUsageProblem(text)) : write(foldLines(asCalled(text), io.errColumns())),
      getErrHelpWidth: io.columns,
      getOutHelpWidth: io.columns,
    })
    // `list --version` is a flag of its own.
    .enablePositionalOptions()
  const whole = (): Promise<Command> => createProgram(io, onExit)
  const isNeeded = (name: string): boolean => words?.includes(name) ?? true
  for (const [name, [heading, summary, load]] of Object.entries(COMMANDS)) {
    const command = program.command(name).summary(summary).helpGroup(heading)
    if (isNeeded(name)) await addDefinition(command, [name], (await load()).command, { io, onExit, whole, isNeeded })
  }
  addHelpCommand(program).helpGroup(TOOLS)
  describeCommand(program, [], {
    description: 'Builds verified Talos Linux snapshots in Hetzner Cloud projects, and leaves nothing else behind.',
    examplesHeading: 'Examples, without an account:',
    examples: ['talos-image build --sandbox', 'talos-image list --sandbox'],
    closing: `${programName()} help COMMAND shows the flags of each, with examples.`,
    headings: HEADINGS,
  })
  const { outputError } = program.configureOutput()
  // Only for what stands before the command: those that are there by now have what they got above.
  program.configureOutput({ outputError: (text, write) => outputError?.(sayWhereFlagsBelong(text), write) })
  return program
}

async function addDefinition(
  command: Command,
  path: readonly string[],
  definition: CommandDefinition | CommandGroup,
  surroundings: Surroundings,
): Promise<void> {
  if ('commands' in definition) {
    for (const [name, [summary, load]] of Object.entries(definition.commands)) {
      const below = command.command(name).summary(summary)
      if (!surroundings.isNeeded(name)) continue
      await addDefinition(below, [...path, name], (await load()).command, surroundings)
    }
  } else {
    for (const [words, given] of Object.entries(definition.parameters)) {
      const details = typeof given === 'string' ? { text: given } : given
      if (/^[<[]/.test(words)) command.addArgument(toArgument(words, details))
      else command.addOption(toOption(words, details))
    }
    if (definition.passThrough === true) command.allowUnknownOption().passThroughOptions()
    const { io, onExit, whole } = surroundings
    command.action(async () => {
      // Beside the flags, where the handler gets them.
      for (const [index, argument] of command.registeredArguments.entries()) {
        const value: unknown = command.processedArgs[index]
        if (value !== undefined) command.setOptionValue(argument.name(), value)
      }
      const result = await definition.run(io, command, whole)
      onExit(await printResult(io, command.getOptionValue('output'), result))
    })
  }
  describeCommand(command, path, definition)
}

function toArgument(words: string, details: ParameterDetails): Argument {
  const argument = new Argument(words, details.text)
  if (details.choices !== undefined) argument.choices(details.choices)
  if (details.default !== undefined) argument.default(details.default)
  const { parse } = details
  if (parse !== undefined) argument.argParser(argument.variadic ? collect(parse) : (typed) => parse(typed))
  return argument
}

function toOption(words: string, details: ParameterDetails): Option {
  const option = new Option(words, details.text).makeOptionMandatory(details.required === true)
  if (details.choices !== undefined) option.choices(details.choices)
  if (details.default !== undefined) option.default(details.default)
  const { parse, repeatable = false } = details
  if (repeatable) option.argParser(collect(parse ?? ((typed) => typed)))
  else if (parse !== undefined) option.argParser((typed) => parse(typed))
  return option
}

/** One value after the other. */
function collect(parse: (typed: string) => unknown) {
  return (typed: string, previous: unknown): unknown[] => [...(Array.isArray(previous) ? previous : []), parse(typed)]
}
