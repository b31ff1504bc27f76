/** Runs Packer several times, one after the other; an interrupt stops the one that runs. */

import { spawn } from 'node:child_process'
import { kill } from 'node:process'
import { createInterface } from 'node:readline'
import { TalosImageError } from '../errors.ts'
import type { Trace } from '../util/trace.ts'
import type { Packer } from './program.ts'

export interface RunnerOptions {
  readonly program: Packer
  readonly directory: string
  readonly signal: AbortSignal
  readonly trace: Trace
  /** How long Packer may take to clean up after an interrupt, in milliseconds. */
  readonly stopMs: number
  /** The last argument of each call. */
  readonly template: string
  readonly env: Readonly<Record<string, string | undefined>>
}

export interface Runner {
  /**
   * Runs it to its end. An interrupt is passed on once, and its end is waited for.
   * @returns its exit code, or the signal that ended it
   * @throws TalosImageError `packer` when it could not be started
   */
  run(words: readonly string[], onLine: (line: string) => void): Promise<number | string>
  /** Ends it and its plugins at once. */
  abandon(): void
}

/**
 * Packer gets a process group of its own. Otherwise a Ctrl-C at the terminal would reach it as well as the interrupt that
 * is meant for it, and after two of them it cleans nothing up. The whole group is interrupted, since Packer's first process
 * only waits for its second one.
 */
export function createRunner({ program, directory, signal, trace, stopMs, template, env }: RunnerOptions): Runner {
  let signalGroup: ((name: NodeJS.Signals) => void) | undefined

  async function run(words: readonly string[], onLine: (line: string) => void): Promise<number | string> {
    const args = [...words, template]
    const child = spawn(program.path, args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    signalGroup = (name) => {
      if (child.pid === undefined) return
      try {
        kill(-child.pid, name)
      } catch {
        // It has ended.
      }
    }
    readLines(child.stdout, (line) => {
      trace('packer', { line })
      onLine(line)
    })
    // Where it writes its log.
    readLines(child.stderr, (line) => trace('packer', { log: line }))
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, name) => resolve(code ?? name ?? 'nothing'))
    })
  }

  return {
    async run(words, onLine) {
      signal.throwIfAborted()
      let killTimer: NodeJS.Timeout | undefined
      const stop = (): void => {
        signalGroup?.('SIGINT')
        killTimer = setTimeout(() => signalGroup?.('SIGKILL'), stopMs)
      }
      signal.addEventListener('abort', stop, { once: true })
      try {
        return await run(words, onLine)
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause)
        const message = `${program.path} could not be started: ${why}`
        throw new TalosImageError({ code: 'packer', message, at: { kind: 'flag', name: '--engine' } }, { cause })
      } finally {
        signalGroup = undefined
        signal.removeEventListener('abort', stop)
        clearTimeout(killTimer)
      }
    },
    abandon: () => signalGroup?.('SIGKILL'),
  }
}

function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine)
}
