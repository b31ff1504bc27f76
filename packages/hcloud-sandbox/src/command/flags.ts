/**
 * The flags of a command that runs a sandbox, as data. This loads nothing of the sandbox itself.
 * @module hcloud-sandbox/command
 */

import { InvalidArgumentError } from 'commander'
import { LATENCY_PROFILES } from '../cloud/options.ts'
import { MACHINE_KINDS } from '../machines/index.ts'

/**
 * By what is typed; a text alone is the help of a flag that needs no more than that.
 * @param variables what the environment variables of the command begin with
 */
export const sandboxFlags = (variables: string) =>
  ({
    '--machines <kind>': {
      text: `what the servers are (default: ${MACHINE_KINDS[0].name})`,
      choices: MACHINE_KINDS.map(({ name }) => name),
    },
    '--latency <profile>': {
      text: `how long things take (default: ${LATENCY_PROFILES[0]})`,
      choices: LATENCY_PROFILES,
    },
    '--state <dir>': `where its state is kept (${variables}_STATE)`,
    '--port <port>': { text: 'port of the cloud API; default: any', parse: parsePort },
    '--factory-port <port>': { text: 'port of the Image Factory; default: any', parse: parsePort },
    '--ssh-port <port>': { text: "port of the servers' SSH; default: any", parse: parsePort },
    '--project <name>': { text: 'a project with a token of its own; repeatable', repeatable: true },
    '--rate-limit <requests>': { text: 'requests an hour for each project; default: 3600', parse: parseCount },
    '--limit <what=number>': {
      text: 'most servers, snapshots or primary-ips of a project; repeatable',
      repeatable: true,
    },
    '--out-of-stock <type@location>': { text: 'what cannot be had; repeatable', repeatable: true },
    '--fault <rule>': {
      text: 'what goes wrong, as docs/sandbox.md says; @FILE: a rule a line; repeatable',
      repeatable: true,
    },
    '-v, --verbose': 'show every request as it is answered',
  }) as const

type Definitions = ReturnType<typeof sandboxFlags>
type Camel<Words> = Words extends `${infer First}-${infer Rest}` ? `${First}${Capitalize<Camel<Rest>>}` : Words
type Name<Words> = Words extends `${string}--${infer Long} <${string}`
  ? Camel<Long>
  : Words extends `${string}--${infer Long}`
    ? Camel<Long>
    : never
type Value<Flag> = Flag extends { parse: (typed: string) => infer Parsed }
  ? Parsed
  : Flag extends { choices: readonly (infer Choice)[] }
    ? Choice
    : string
type Given<Words, Flag> = Flag extends { repeatable: true }
  ? readonly Value<Flag>[]
  : Words extends `${string}<${string}`
    ? Value<Flag>
    : boolean

/** What was given, by name: `outOfStock` of `--out-of-stock <type@location>`. */
export type SandboxFlags = {
  readonly [Words in keyof Definitions as Name<Words>]?: Given<Words, Definitions[Words]>
}

/** Command lines for the help. @param name of the command */
export const sandboxExamples = (name: string): string[] => [
  `${name}${' '.repeat('export $()'.length + 7)}in one terminal, and in another one:`,
  `export $(${name})       hcloud, Packer, Terraform now talk to it`,
  `${name} --verbose --fault 'api DELETE /servers/* 500 times=2'`,
]

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port
  throw new InvalidArgumentError('Use a number from 1 to 65535.')
}

function parseCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Use a whole number of at least 1.')
}
