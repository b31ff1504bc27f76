/** Runs a compression program of the computer. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { SandboxError } from '../../errors.ts'
import { PROGRAM_PATH, toInstallHint } from '../../machines/programs.ts'

export interface CommandOptions {
  /** What the program gets on its standard input; none by default. */
  readonly input?: Iterable<Uint8Array> | AsyncIterable<Uint8Array> | undefined
  /** File descriptor that takes its standard output; it is thrown away by default. */
  readonly output?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** The folders in which the sandbox looks for all programs, and then those of the user. */
const ENVIRONMENT = { ...process.env, PATH: `${PROGRAM_PATH}:${process.env.PATH ?? ''}` }

/**
 * Runs the program to its end.
 * @throws SandboxError `sandbox` when the program is not installed or fails; the signal's reason when it aborts
 */
export async function runCommand(name: string, args: readonly string[], options: CommandOptions = {}): Promise<void> {
  const { input, output, signal } = options
  signal?.throwIfAborted()
  const child = spawn(name, args, {
    env: ENVIRONMENT,
    stdio: ['pipe', output ?? 'ignore', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  })
  const errors: Buffer[] = []
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk))
  const ended = once(child, 'close')
  const fed = feed(child.stdin, input)
  // when the program ends early the pipe breaks; its exit code then says more than EPIPE does
  fed.catch(() => child.kill('SIGKILL'))
  try {
    const [code]: unknown[] = await ended
    if (code !== 0)
      throw failure(name, Buffer.concat(errors).toString('utf8').trim() || `it ended with ${String(code)}`)
  } catch (error) {
    signal?.throwIfAborted()
    throw error instanceof SandboxError ? error : failure(name, toMessage(error), error)
  }
  await fed
}

async function feed(stdin: NodeJS.WritableStream | null, input: CommandOptions['input']): Promise<void> {
  if (stdin === null) return
  if (input === undefined) stdin.end()
  else await pipeline(Readable.from(input, { objectMode: false }), stdin)
}

function toMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function failure(name: string, message: string, cause?: unknown): SandboxError {
  return new SandboxError(
    {
      code: 'sandbox',
      message: `the sandbox could not run ${name}: ${message}`,
      hint: toInstallHint([name]),
    },
    cause === undefined ? undefined : { cause },
  )
}
