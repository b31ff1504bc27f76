/** Runs the built command at a pseudo-terminal, which util-linux's `script` makes. */

import { execFileSync } from 'node:child_process'
import { PassThrough } from 'node:stream'
import { COMMAND, type CommandOptions, type CommandResult, runCommand } from './command.ts'

/** Whether there can be a pseudo-terminal. */
export function hasTerminal(): boolean {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux')
  } catch {
    return false
  }
}

export interface Typing {
  readonly when: RegExp
  readonly keys: string
}

export interface TerminalOptions extends Pick<CommandOptions, 'cwd' | 'env' | 'timeoutMs'> {
  /** What a shell runs in the place of the built command. */
  readonly shellCommand?: string
  /** What is typed, as soon as the terminal shows the text; of several, each after what the one before it has brought. */
  readonly type?: Typing | readonly Typing[]
  /** Is given all that was shown so far, whenever there is more. */
  readonly onShown?: (shown: string) => void
  /** Columns and rows of the terminal; 0 for both when they are not set. */
  readonly size?: readonly [columns: number, rows: number]
}

/** Standard output of the result is everything that the terminal showed. */
export async function runAtTerminal(args: readonly string[], options: TerminalOptions): Promise<CommandResult> {
  const { cwd, env, timeoutMs, type = [], size = [100, 40], onShown } = options
  const stdin = new PassThrough()
  const waiting = [type].flat()
  let read = 0
  const command = options.shellCommand ?? [...COMMAND, ...args].map((word) => `'${word}'`).join(' ')
  const resize = `stty columns ${size[0]} rows ${size[1]}`
  try {
    return await runCommand(['-qec', `${resize}; ${command}`, '/dev/null'], {
      program: ['script'],
      cwd,
      env: { TERM: 'xterm', ...env },
      stdin,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      onStdout(shown) {
        onShown?.(shown)
        const next = waiting[0]
        if (next === undefined || !next.when.test(shown.slice(read))) return
        waiting.shift()
        read = shown.length
        stdin.write(next.keys)
      },
    })
  } finally {
    stdin.destroy()
  }
}
