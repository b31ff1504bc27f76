/** Runs the built command as a user would: a process of its own, seen only from outside. */

import { type ChildProcess, spawn } from 'node:child_process'
import { delimiter } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** The repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** The built command. */
export const CLI = fileURLToPath(new URL('../../dist/cli.cjs', import.meta.url))

/** The command, as it is started; the tests of the executables say which of them to use in its place. */
export const COMMAND: readonly [string, ...string[]] =
  process.env.TALOS_IMAGE_TEST_EXECUTABLE === undefined
    ? [process.execPath, CLI]
    : [process.env.TALOS_IMAGE_TEST_EXECUTABLE]

/** The same, for a shell. */
export const COMMAND_LINE = COMMAND.map((word) => `'${word}'`).join(' ')

const PATH = process.env.PATH ?? ''
/** As if it were installed: messages call it `talos-image`. */
const TALOS_IMAGE_CALLED_AS = `${PATH.split(delimiter).find((folder) => !folder.includes('node_modules'))}/talos-image`

export interface CommandOptions {
  readonly cwd: string
  /** Beside these there are only PATH, LANG and a HOME that does not exist. */
  readonly env?: Readonly<Record<string, string>>
  /** An empty standard input by default; never a terminal. */
  readonly stdin?: string | Uint8Array | Readable
  /** The program and its first arguments, in the place of the built command. */
  readonly program?: readonly [string, ...string[]]
  readonly timeoutMs?: number
  /** Is given all of standard output so far, whenever there is more. */
  readonly onStdout?: (stdout: string) => void
}

export interface CommandResult {
  /** null when a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunningCommand extends AsyncDisposable {
  /** @throws Error when it takes too long, or when a token stands in what it printed */
  readonly result: Promise<CommandResult>
  kill(signal: NodeJS.Signals): void
  /** SIGINT to it and to all that it has started, as Ctrl-C at a terminal does. */
  interrupt(): void
  /** Signals like `interrupt` until it ends: one within 300 ms of the first is not taken for a second one. */
  insist(signal?: NodeJS.Signals): Promise<CommandResult>
  /** Waits until standard error holds the text, and gives what it holds then. */
  waitForStderr(text: RegExp): Promise<string>
}

const TIMEOUT_MS = 60_000

/** Runs a command to its end. */
export async function runCommand(args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  await using command = startCommand(args, options)
  return await command.result
}

/** Starts a command. Use it with `await using`, so that it never outlives its test. */
export function startCommand(args: readonly string[], options: CommandOptions): RunningCommand {
  const [file, ...first] = options.program ?? COMMAND
  const child = spawn(file, [...first, ...args], {
    cwd: options.cwd,
    env: { PATH, LANG: 'C.UTF-8', HOME: '/nonexistent/home', TALOS_IMAGE_CALLED_AS, ...options.env },
    stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    detached: true,
    timeout: options.timeoutMs ?? TIMEOUT_MS,
    killSignal: 'SIGKILL',
  })
  feed(child, options.stdin)
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
      if (name === 'stdout') options.onStdout?.(output.stdout)
    })
  }
  const result = new Promise<CommandResult>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, ...output }))
  }).then((ended) => {
    for (const token of tokensIn(options.env)) rejectSecrets([file, ...first, ...args].join(' '), ended, token)
    return ended
  })
  // Who does not wait for the result has no use for its error.
  result.catch(() => undefined)

  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null
  const signalGroup = (signal: NodeJS.Signals): void => {
    if (child.pid !== undefined && isRunning()) process.kill(-child.pid, signal)
  }
  return {
    result,
    kill: (signal) => child.kill(signal),
    interrupt: () => signalGroup('SIGINT'),
    insist: async (signal = 'SIGINT') => {
      for (; isRunning(); await setTimeout(50)) signalGroup(signal)
      return await result
    },
    waitForStderr: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (text.test(output.stderr)) resolve(output.stderr)
        }
        child.stderr?.on('data', look)
        child.once('close', () => reject(new Error(`it ended without ${text}:\n${output.stderr}${output.stdout}`)))
        look()
      }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await result.catch(() => undefined)
    },
  }
}

function feed({ stdin }: ChildProcess, input: CommandOptions['stdin']): void {
  if (stdin === null || input === undefined) return
  // A command that ends before it has read everything is no fault of the test.
  stdin.on('error', () => undefined)
  if (input instanceof Readable) input.pipe(stdin)
  else stdin.end(input)
}

/** Each project may have a token of its own. One that is none makes the other secrets be looked for. */
function tokensIn(env: CommandOptions['env'] = {}): readonly string[] {
  return ['', ...Object.entries(env).flatMap(([name, value]) => (/TOKEN|PASSWORD/.test(name) ? [value] : []))]
}

/** Every test that runs a command is also one of its secrets. */
function rejectSecrets(command: string, { stdout, stderr }: CommandResult, token: string): void {
  const shown = stdout + stderr
  if (token.length >= 8 && shown.includes(token)) throw new Error(`${command} shows its token`)
  if (/PRIVATE KEY|Bearer /.test(shown)) throw new Error(`${command} shows a key`)
}
