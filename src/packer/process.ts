/** A running Packer: its lines as they come, and ways to stop it. */

import { spawn } from 'node:child_process'
import { kill } from 'node:process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

export interface PackerCommand {
  readonly path: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** A line of its standard output. */
  readonly onLine: (line: string) => void
  /** A line of its standard error, where it writes its log. */
  readonly onLog: (line: string) => void
}

export interface RunningPacker {
  /** The exit code, or the name of the signal that ended it; rejects when it could not be started. */
  readonly ended: Promise<number | string>
  /** As Ctrl-C does: Packer cleans up and ends. A second time it ends at once. */
  interrupt(): void
  /** Ends it and its plugins at once. */
  kill(): void
}

/**
 * Starts it in a process group of its own. Otherwise a Ctrl-C at the terminal would reach it as well as the interrupt that
 * is meant for it, and two of them tell it to leave everything behind. The whole group is interrupted, since Packer's first
 * process only waits for its second one.
 */
export function startPackerProcess({ path, args, cwd, env, onLine, onLog }: PackerCommand): RunningPacker {
  const child = spawn(path, args, { cwd, env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'nothing'))
  })
  const signalGroup = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return
    try {
      kill(-child.pid, signal)
    } catch {
      // It has ended.
    }
  }
  readLines(child.stdout, onLine)
  readLines(child.stderr, onLog)
  return { ended, interrupt: () => signalGroup('SIGINT'), kill: () => signalGroup('SIGKILL') }
}

function readLines(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine)
}
