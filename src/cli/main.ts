#!/usr/bin/env node
/** The entry: the process, its signals, and its one exit. */

import { homedir } from 'node:os'
import { CommanderError } from 'commander'
import { type Problem, TalosImageError } from '../errors.ts'
import { redact } from '../util/redact.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import { normalizeArguments } from './flags.ts'
import type { Io } from './io.ts'
import { createProgram } from './program.ts'
import { formatProblem } from './render/problem.ts'

const SIGNAL_CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const

const stop = new AbortController()
let signalCode: number | undefined
let describeRest = (): string => ''

for (const [signal, code] of Object.entries(SIGNAL_CODES)) {
  process.on(signal, () => {
    if (signalCode !== undefined) {
      process.stderr.write(`\nLeaving at once.\n${describeRest()}`)
      process.exit(code)
    }
    signalCode = code
    process.stderr.write('\nStopping and cleaning up; once more leaves at once.\n')
    stop.abort(new TalosImageError({ code: 'interrupted', message: 'interrupted' }))
  })
}

const io: Io = {
  env: process.env,
  cwd: process.cwd(),
  home: homedir(),
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  stdin: process.stdin,
  stdinIsTerminal: process.stdin.isTTY === true,
  errIsTerminal: process.stderr.isTTY === true && process.env.TERM !== 'dumb' && process.env.CI === undefined,
  columns: () => process.stderr.columns ?? 80,
  signal: stop.signal,
  onSecondSignal: (describe) => {
    describeRest = describe
  },
}

const argv = normalizeArguments(process.argv.slice(2))
process.exit(signalCode ?? (await run()))

async function run(): Promise<number> {
  let exitCode: number = EXIT.success
  try {
    await createProgram(io, (code) => {
      exitCode = code
    }).parseAsync(argv, { from: 'user' })
    return signalCode ?? exitCode
  } catch (error) {
    return report(error)
  }
}

function report(error: unknown): number {
  // commander has printed its own message by now; asking for help is no error.
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.success
    if (wantsJson(argv)) writeErrorDocument([toUsageProblem(error)])
    return EXIT.badInput
  }
  if (!(error instanceof TalosImageError)) {
    process.stderr.write(
      redact(`This is a defect of talos-image; please report it:\n${error instanceof Error ? error.stack : error}\n`),
    )
    return EXIT.failed
  }
  if (signalCode !== undefined) return signalCode
  for (const problem of error.problems) process.stderr.write(formatProblem(problem, 'error'))
  if (wantsJson(argv)) writeErrorDocument(error.problems)
  return exitCodeOf(error)
}

function writeErrorDocument(problems: readonly Problem[]): void {
  process.stdout.write(`${redact(JSON.stringify({ error: { problems } }, null, 2))}\n`)
}

/** commander's `error: WHAT`, and its `(Did you mean ...?)` on a line of its own. */
function toUsageProblem({ code, message }: CommanderError): Problem {
  if (code === 'commander.help') return { code: 'usage', message: 'no command was given' }
  const [what = '', hint] = message.replace(/^error: /, '').split('\n')
  return { code: 'usage', message: what, hint: hint?.replaceAll(/^\(|\)$/g, '') }
}

/** Scripts that asked for JSON get errors as JSON, too. */
function wantsJson(args: readonly string[]): boolean {
  return args.some(
    (argument, index) =>
      /^(-o|--output)=json$/.test(argument) || (argument === 'json' && /^(-o|--output)$/.test(args[index - 1] ?? '')),
  )
}
