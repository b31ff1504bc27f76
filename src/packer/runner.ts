/** Runs Packer several times, one after the other; an interrupt stops the one that runs. */

import { TalosImageError } from '../errors.ts'
import type { Trace } from '../util/trace.ts'
import { type RunningPacker, startPackerProcess } from './process.ts'
import type { Packer } from './program.ts'

export interface RunnerOptions {
  readonly signal: AbortSignal
  readonly trace: Trace
  /** How long Packer may take to clean up after an interrupt, in milliseconds. */
  readonly stopMs: number
  /** What stands at the end of each call. */
  readonly template: string
  readonly env: Readonly<Record<string, string | undefined>>
}

export interface Runner {
  /**
   * Runs it to its end. At an interrupt it is told once to stop, and waited for.
   * @returns its exit code, or the signal that ended it
   * @throws TalosImageError `packer` when it could not be started
   */
  run(words: readonly string[], onLine: (line: string) => void): Promise<number | string>
  /** Ends it at once. */
  abandon(): void
}

/** @param setup which Packer, and where it runs */
export function createRunner(
  { program, directory }: { readonly program: Packer; readonly directory: string },
  { signal, trace, stopMs, template, env }: RunnerOptions,
): Runner {
  let running: RunningPacker | undefined
  return {
    async run(words, onLine) {
      signal.throwIfAborted()
      const packer = startPackerProcess({
        path: program.path,
        args: [...words, template],
        cwd: directory,
        env,
        onLine: (line) => {
          trace('packer', { line })
          onLine(line)
        },
        onLog: (line) => trace('packer', { log: line }),
      })
      running = packer
      let killTimer: NodeJS.Timeout | undefined
      const stop = (): void => {
        packer.interrupt()
        killTimer = setTimeout(() => packer.kill(), stopMs)
      }
      signal.addEventListener('abort', stop, { once: true })
      try {
        return await packer.ended
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause)
        const message = `${program.path} could not be started: ${why}`
        throw new TalosImageError({ code: 'packer', message, at: { kind: 'flag', name: '--engine' } }, { cause })
      } finally {
        running = undefined
        signal.removeEventListener('abort', stop)
        clearTimeout(killTimer)
      }
    },
    abandon: () => running?.kill(),
  }
}
