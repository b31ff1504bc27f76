/**
 * The flags of a command that runs a sandbox. This loads nothing of the sandbox itself.
 * @module hcloud-sandbox/command
 */

import { type Command, InvalidArgumentError, Option } from 'commander'
import { MACHINE_KINDS, type MachineKindName } from '../machines/index.ts'
import type { CommandNames } from './environment.ts'

/** As commander gives them. */
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

/** Adds the flags and examples to a command; `runSandboxCommand` takes what commander reads. */
export function sandboxFlags(
  command: Command,
  { command: name, variables }: Pick<CommandNames, 'command' | 'variables'>,
) {
  return command
    .addOption(
      new Option('--machines <kind>', `what the servers are (default: ${MACHINE_KINDS[0].name})`).choices(
        MACHINE_KINDS.map((kind) => kind.name),
      ),
    )
    .addOption(
      new Option('--latency <profile>', 'how long things take (default: instant)').choices(['instant', 'realistic']),
    )
    .option('--state <dir>', `where its state is kept (${variables}_STATE)`)
    .option('--port <port>', 'port of the cloud API; default: any', parsePort)
    .option('--factory-port <port>', 'port of the Image Factory; default: any', parsePort)
    .option('--ssh-port <port>', "port of the servers' SSH; default: any", parsePort)
    .option('--project <name>', 'a project with a token of its own; repeatable', collect)
    .option('--rate-limit <requests>', 'requests an hour for each project; default: 3600', parseCount)
    .option('--limit <what=number>', 'most servers, snapshots or primary-ips of a project; repeatable', collect)
    .option('--out-of-stock <type@location>', 'what cannot be had; repeatable', collect)
    .option('--fault <rule>', 'what goes wrong, as docs/sandbox.md says; @FILE: a rule a line; repeatable', collect)
    .option('-v, --verbose', 'show every request as it is answered')
    .addHelpText('after', `\nExamples:\n${toExamples(name)}`)
}

function toExamples(name: string): string {
  const lines = [
    [name, 'in one terminal, and in another one:'],
    [`export $(${name})`, 'hcloud, Packer, Terraform now talk to it'],
  ]
  const width = `export $(${name})`.length
  return [
    ...lines.map(([text = '', what]) => `  $ ${text.padEnd(width)}       ${what}`),
    `  $ ${name} --verbose --fault 'api DELETE /servers/* 500 times=2'`,
  ].join('\n')
}

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port
  throw new InvalidArgumentError('Use a number from 1 to 65535.')
}

function parseCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Use a whole number of at least 1.')
}

const collect = (value: string, previous: readonly string[] = []): string[] => [...previous, value]
