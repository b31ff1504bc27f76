/** Arguments as Packer's commands take them, by the rules of Go's flag package: flags end where something else begins. Pure. */

import { PACKER_FLAGS } from '../packer-arguments.ts'

/** The commands of Packer that are here, and the flags that each takes, by whether a value follows. Source: Packer 1.16. */
const COMMAND_FLAGS = {
  version: {},
  init: { upgrade: false, force: false },
  validate: {
    ...{ var: true, 'var-file': true, only: true, except: true, 'syntax-only': false, 'no-warn-undeclared-var': false },
    ...{ 'evaluate-datasources': false, 'ignore-prerelease-plugins': false, 'use-sequential-evaluation': false },
  },
  build: Object.fromEntries([...PACKER_FLAGS].map(([name, { value = false }]) => [name, value])),
} as const satisfies Record<string, Readonly<Record<string, boolean>>>
export type PackerCommand = keyof typeof COMMAND_FLAGS

/** Commands of Packer that are not here, and what to do instead. */
const LEFT_OUT = new Map(
  Object.entries({
    fmt: "it would need HashiCorp's own formatter",
    inspect: '`talos-image plan --directory TEMPLATE` shows what a template builds',
    console: 'it is for trying expressions',
    fix: 'it is for templates in legacy JSON',
    hcl2_upgrade: 'it is for templates in legacy JSON',
    plugins: 'there are no plugins to install',
  }),
)

/** What was typed, as far as it could be understood. */
export interface PackerArguments {
  readonly command: PackerCommand
  readonly flags: PackerFlagValues
  /** What follows the flags: the template. */
  readonly rest: readonly string[]
}

export interface PackerFlagValues {
  /** Every value of a flag, in order. */
  all(name: string): readonly string[]
  /** The last value of a flag. */
  last(name: string): string | undefined
  /** Whether a flag without a value is set. */
  isSet(name: string): boolean
}

/** What keeps the arguments from being understood, in Packer's words, and the code that it exits with then. */
export interface PackerMistake {
  readonly usage: string
  readonly message: string | undefined
  readonly exitCode: number
}

const HELP = /^--?h(elp)?$/

/** Packer's exit code for a command that it does not have. */
const NO_SUCH_COMMAND = 127
const FAILED = 1

/** Whether rows for programs are asked for, which the flag does wherever it stands, and the other arguments. */
export function takeMachineReadable(args: readonly string[]): { readonly machine: boolean; readonly rest: string[] } {
  const rest = args.filter((argument) => argument !== '-machine-readable')
  return { machine: rest.length < args.length, rest }
}

/** @param args without `packer` itself */
export function parsePackerArguments(args: readonly string[]): PackerArguments | PackerMistake {
  const [name = '', ...given] = args
  if (/^--?v(ersion)?$/.test(name)) return parsePackerArguments(['version'])
  const usage = `Usage: packer <command> [<args>]\n\nAvailable commands are:\n${listCommands()}`
  const reason = LEFT_OUT.get(name)
  if (reason !== undefined) {
    const message = `talos-image has no "packer ${name}": ${reason}; else use HashiCorp's Packer`
    return { usage: '', message, exitCode: FAILED }
  }
  if (HELP.test(name)) return { usage, message: undefined, exitCode: 0 }
  if (!isCommand(name)) return { usage, message: undefined, exitCode: NO_SUCH_COMMAND }
  if (given.some((word) => HELP.test(word))) return { usage: describeUsage(name), message: undefined, exitCode: 0 }
  const { flags, rest, message } = parseFlags(given, COMMAND_FLAGS[name])
  if (message === undefined && rest.length === (name === 'version' ? 0 : 1)) return { command: name, flags, rest }
  return { usage: describeUsage(name), message, exitCode: FAILED }
}

const isCommand = (name: string): name is PackerCommand => Object.hasOwn(COMMAND_FLAGS, name)

const ABOUT: Readonly<Record<PackerCommand, string>> = {
  build: 'build image(s) from template',
  init: 'check that the plugins of a template are not needed here',
  validate: 'check that a template is valid',
  version: 'Prints the Packer version',
}

function listCommands(): string {
  return Object.entries(ABOUT)
    .map(([name, text]) => `    ${name.padEnd(15)} ${text}`)
    .join('\n')
}

function describeUsage(name: PackerCommand): string {
  const flags = Object.entries<boolean>(COMMAND_FLAGS[name]).map(([flag, value]) => `  -${flag}${value ? '=...' : ''}`)
  return [`Usage: packer ${name} [options] TEMPLATE\n`, `  ${ABOUT[name]}\n`, 'Options:\n', ...flags].join('\n')
}

const BOOLEANS = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text) => [text, false] as const),
])

function parseFlags(args: readonly string[], known: Readonly<Record<string, boolean>>) {
  const values = new Map<string, string[]>()
  const left = [...args]
  let message: string | undefined
  while (message === undefined && /^-./s.test(left[0] ?? '')) {
    const argument = left.shift() ?? ''
    if (argument === '--') break
    const [, name = '', given] = /^--?([^=]*)(?:=(.*))?$/s.exec(argument) ?? []
    const takesValue = Object.hasOwn(known, name) ? known[name] : undefined
    if (takesValue === undefined) message = `flag provided but not defined: -${name}`
    else {
      const value = given ?? (takesValue ? left.shift() : 'true')
      if (value === undefined) message = `flag needs an argument: -${name}`
      else if (!takesValue && !BOOLEANS.has(value))
        message = `invalid boolean value "${value}" for -${name}: parse error`
      else values.set(name, [...(values.get(name) ?? []), value])
    }
  }
  const all = (name: string): readonly string[] => values.get(name) ?? []
  const last = (name: string): string | undefined => all(name).at(-1)
  const flags: PackerFlagValues = { all, last, isSet: (name) => BOOLEANS.get(last(name) ?? 'false') === true }
  return { flags, rest: left, message }
}
