#!/usr/bin/env node
/** `hcloud-sandbox`: the emulated cloud as a command of its own. */

import { Command, CommanderError, Option } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { HCLOUD_SANDBOX } from './command/environment.ts'
import { sandboxExamples, sandboxFlags } from './command/flags.ts'
import { findHome } from './command/home.ts'
import type { CommandHost } from './command/run.ts'
import { SandboxError, type SandboxProblem } from './errors.ts'

const EXIT = { failed: 1, badInput: 2, interrupted: 130 }

const stop = new AbortController()
let farewell: string | undefined

/** coreutils' `timeout` signals a program and then its group: within this time of the first signal another one is the same. */
const SAME_SIGNAL_MS = 300
let stoppedAt = 0

for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    if (stop.signal.aborted) {
      if (performance.now() - stoppedAt > SAME_SIGNAL_MS) process.exit(EXIT.interrupted)
      return
    }
    stoppedAt = performance.now()
    stop.abort(new Error('interrupted'))
    process.stderr.write(farewell ?? '\nStopping; once more leaves at once.\n')
  })
}

process.stderr.on('error', () => undefined)
let lost: Error | undefined
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that is gone (`| head`) has what it wanted; without the addresses, a sandbox is of no use.
  if (error.code === 'EPIPE') return
  lost ??= error
  stop.abort(error)
})

const host: CommandHost = {
  env: process.env,
  home: findHome(),
  cwd: process.cwd(),
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  signal: stop.signal,
  endsBySignal: (text) => {
    farewell = text
  },
}

const program = new Command(HCLOUD_SANDBOX.command)
  .description(`${packageJson.description}. Runs until Ctrl-C.`)
  .version(packageJson.version)
  .addHelpText(
    'after',
    `\nExamples:\n${sandboxExamples('hcloud-sandbox')
      .map((line) => `  $ ${line}\n`)
      .join('')}`,
  )
  .exitOverride()
  .action(async (flags) => {
    const { runSandboxCommand } = await import('./command/run.ts')
    await runSandboxCommand(host, HCLOUD_SANDBOX, flags)
  })

for (const [words, flag] of Object.entries(sandboxFlags(HCLOUD_SANDBOX.variables))) {
  const option = new Option(words, typeof flag === 'string' ? flag : flag.text)
  if (typeof flag === 'object' && 'choices' in flag) option.choices(flag.choices)
  if (typeof flag === 'object' && 'parse' in flag) option.argParser(flag.parse)
  if (typeof flag === 'object' && 'repeatable' in flag) {
    option.argParser((text: string, before: readonly string[] = []) => [...before, text])
  }
  program.addOption(option)
}

const code = await program.parseAsync().then(() => 0, report)
// Until it is written, or cannot be.
await new Promise<void>((resolve) => process.stdout.write('', () => resolve()))
process.exitCode = lost === undefined ? code : reportLostOutput(lost)

/** Gives the exit code. */
function reportLostOutput({ message }: Error): number {
  const what = `standard output cannot be written: ${message}`
  process.stderr.write(formatProblem({ code: 'usage', message: what, hint: 'send it elsewhere' }))
  return EXIT.failed
}

/** Shows an error, and gives the exit code that belongs to it. */
function report(error: unknown): number {
  // commander has printed its own message by now.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.badInput
  if (stop.signal.aborted && farewell === undefined) return EXIT.interrupted
  if (!(error instanceof SandboxError)) throw error
  for (const problem of error.problems) process.stderr.write(formatProblem(problem))
  return error.code === 'usage' ? EXIT.badInput : EXIT.failed
}

function formatProblem({ at, message, hint }: SandboxProblem): string {
  const place = at === undefined ? '' : at.kind === 'file' ? [at.file, at.line, at.column].join(':') : at.name
  const where = place === '' ? '' : `${place.replace(/:+$/, '')}: `
  return `error: ${where}${message}\n${hint === undefined ? '' : `  hint: ${hint}\n`}`
}
