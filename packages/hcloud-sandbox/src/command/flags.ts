/**
 * The flags of a command that runs a sandbox, as data. This loads nothing of the sandbox itself.
 * @module hcloud-sandbox/command
 */

import { InvalidArgumentError } from 'commander'
import { MACHINE_KINDS, type MachineKindName } from '../machines/index.ts'

/** What was given. */
export interface SandboxFlags {
  readonly machines?: MachineKindName
  readonly latency?: 'instant' | 'realistic'
  readonly state?: string
  readonly port?: number
  readonly factoryPort?: number
  readonly sshPort?: number
  readonly project?: readonly string[]
  readonly rateLimit?: number
  readonly limit?: readonly string[]
  readonly outOfStock?: readonly string[]
  readonly fault?: readonly string[]
  readonly verbose?: boolean
}

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
    '--latency <profile>': { text: 'how long things take (default: instant)', choices: ['instant', 'realistic'] },
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
