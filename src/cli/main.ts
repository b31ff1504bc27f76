#!/usr/bin/env node
/** The entry point: the process, its signals, and its exit. */

import { isatty } from 'node:tty'
import { CommanderError } from 'commander'
import { findHome } from 'hcloud-sandbox/home'
import { type Problem, TalosImageError, toTalosImageError } from '../errors.ts'
import { writeRecord } from './command-result.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import { formatDocument, LINES } from './formats/formats.ts'
import { describeInvocation, isCalledPacker, isHosted, isProvider, rememberInvocation } from './invocation.ts'
import type { Io } from './io.ts'
import { normalizeArguments } from './packer-arguments.ts'
import { createProgram } from './program.ts'
import { safeOutput } from './safe-output.ts'
import { describeScreen, isGithubActions } from './screen.ts'
import { showError } from './show-problem.ts'
import { listenToSignals } from './signals.ts'
import { NO_COMMAND, toUsageProblem } from './usage-problem.ts'

/** The command that a link of its name calls. */
const PACKER = 'packer'

/** What action.yml calls in the place of a command; it is not for users. */
const ACTION = 'github-action'

/** The file descriptor. */
const STDIN = 0
/** As long as it is there. */
const hasTerminal = [STDIN, 1, 2].some((descriptor) => isatty(descriptor))

const BUILD_STOPS = '\nStopping, and removing what was made. Press Ctrl-C again to leave at once.\n'

const stop = new AbortController()
let signalCode: number | undefined
/** Only what builds says it. */
let describeRest: (() => string) | undefined
let goodbye: string | undefined
let beforePause = (): void => undefined

listenToSignals(process, {
  first: (code) => {
    signalCode = code
    // First, since a progress view leaves its lines then: what follows stands below them.
    stop.abort(new TalosImageError({ code: 'interrupted', message: 'interrupted' }))
    io.err(goodbye ?? (describeRest === undefined ? '\nStopping.\n' : BUILD_STOPS))
  },
  again: (code) => {
    io.err(`\nLeaving at once.\n${describeRest?.() ?? ''}`)
    leave(code)
  },
  // Terraform gets it as well, and tells its providers what to do.
  ignored: isHosted(process) ? ['SIGINT'] : [],
})

// What cannot be printed must not keep a clean-up from running.
process.stderr.on('error', () => undefined)
let lost: unknown
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that is gone (`| head`, a closed terminal) has what it wanted.
  if (error.code === 'EPIPE') return
  lost ??= error
  // What only a signal ends has nothing to wait for.
  if (goodbye !== undefined) stop.abort(error)
})

// Nor may a defect keep it from that: what was made is removed before the defect is shown.
let defect: unknown
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    defect ??= error
    stop.abort(new TalosImageError({ code: 'interrupted', message: 'interrupted by a defect' }))
  })
}

let argv = isCalledPacker(process) ? [PACKER, '--', ...process.argv.slice(2)] : process.argv.slice(2)
// As with packer build.
const env = argv.includes('-color=false') ? { ...process.env, NO_COLOR: '1' } : process.env
const screen = describeScreen(env, process.stderr)
const isRunner = isGithubActions(process)

const io: Io = {
  env: process.env,
  cwd: process.cwd(),
  home: findHome(),
  out: (text, isPainted = false) => process.stdout.write(safeOutput(text, { colors: isPainted, isRunner })),
  err: (text) => process.stderr.write(safeOutput(text, { colors: screen.style.colors, isRunner })),
  command: (text) => process.stderr.write(text),
  // Opened only by what reads it.
  get stdin() {
    return process.stdin
  },
  stdinIsTerminal: isatty(STDIN),
  errIsTerminal: screen.isDrawable,
  errStyle: screen.style,
  columns: () => process.stderr.columns ?? 80,
  outColumns: () => widthOf(process.stdout),
  errColumns: () => widthOf(process.stderr),
  signal: stop.signal,
  onPause: (prepare) => {
    beforePause = prepare
  },
  onSecondSignal: (describe) => {
    describeRest = describe
  },
  giveUp: (error) => {
    // First, so that a progress view leaves its lines.
    stop.abort(error)
    void report(error).then((exitCode) => process.exit(exitCode))
  },
  endsBySignal: (text) => {
    goodbye = text
  },
}

if (screen.isDrawable) {
  process.on('SIGTSTP', () => {
    beforePause()
    process.kill(process.pid, 'SIGSTOP')
  })
}

void main()

/** No `await` of its own at the top: an executable loads scripts, not modules. */
async function main(): Promise<void> {
  let code = signalCode ?? (await run())
  // Until it is written, or cannot be.
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()))
  if (lost !== undefined) code = await reportLostOutput(code)
  if (isGithubActions(io)) await (await import('./job-outputs.ts')).writeExitCode(io, code)
  leave(code)
}

/** Ends the process. Node.js 20 aborts (SIGABRT) when it cannot give a terminal that is gone its modes back. */
function leave(exitCode: number): never {
  if (signalCode === EXIT.hungUp && hasTerminal) {
    process.removeAllListeners('SIGHUP')
    process.kill(process.pid, 'SIGHUP')
  }
  process.exit(exitCode)
}

function widthOf(stream: NodeJS.WriteStream): number {
  return stream.isTTY === true ? stream.columns || 80 : Number.POSITIVE_INFINITY
}

async function run(): Promise<number> {
  let exitCode: number = EXIT.success
  try {
    rememberInvocation(describeInvocation({ env: io.env, cwd: io.cwd, argv: process.argv }, argv))
    if (isProvider(process)) return await (await import('./run-provider.ts')).runProvider(io, process)
    if (argv[0] === ACTION) argv = (await import('./action-arguments.ts')).actionArguments(io.env)
    if (argv[0] !== PACKER) argv = normalizeArguments(argv)
    rememberInvocation(describeInvocation({ env: io.env, cwd: io.cwd, argv: process.argv }, argv))
    const onExit = (code: number): void => {
      exitCode = code
    }
    await (await createProgram(io, onExit, argv)).parseAsync(argv, { from: 'user' })
    if (defect !== undefined) return await report(defect)
    // What is left behind counts before the signal, since it costs money. Packer's codes know of neither.
    if (exitCode === EXIT.leftovers || goodbye !== undefined || argv[0] === PACKER) return exitCode
    return signalCode ?? exitCode
  } catch (error) {
    return report(toTalosImageError(defect ?? error))
  }
}

async function report(error: unknown): Promise<number> {
  // commander has printed its own message by now; asking for help is not an error.
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.success
    const isMissing = error.code === 'commander.help'
    if (isMissing && isGithubActions(io)) showError(io, NO_COMMAND)
    await writeErrorDocument([isMissing ? NO_COMMAND : toUsageProblem(error.message)])
    return EXIT.badInput
  }
  if (signalCode !== undefined && defect === undefined) {
    await writeErrorDocument([{ code: 'interrupted', message: 'interrupted' }])
    return signalCode
  }
  if (!(error instanceof TalosImageError)) {
    io.err(`This is a defect of talos-image; please report it:\n${error instanceof Error ? error.stack : error}\n`)
    return EXIT.failed
  }
  for (const problem of error.problems) showError(io, problem)
  await writeErrorDocument(error.problems)
  return exitCodeOf(error)
}

/** What was done is done, but the result is not where it was meant to go. Gives the exit code. */
async function reportLostOutput(code: number): Promise<number> {
  const { describeWriteError } = await import('../util/write-whole.ts')
  const message = `standard output cannot be written: ${describeWriteError(lost)}`
  showError(io, { code: 'usage', message, hint: 'redirect it elsewhere; what the command did is not undone' })
  return code || EXIT.failed
}

/** Programs that asked for a document get errors as one, too. */
async function writeErrorDocument(problems: readonly Problem[]): Promise<void> {
  const form = outputOf(argv)
  if (form === LINES) writeRecord(io, { type: 'error', problems })
  else io.out((await formatDocument(form, { error: { problems } })) ?? '')
}

/** The form in which results were asked for, also where the arguments could not be understood. */
function outputOf(args: readonly string[]): string | undefined {
  const flag = args.findLastIndex((argument) => /^(-o|--output)(=|$)|^-o./.test(argument))
  const argument = args[flag] ?? ''
  return /^(-o|--output)$/.test(argument) ? args[flag + 1] : argument.replace(/^(-o=?|--output=)/, '')
}
