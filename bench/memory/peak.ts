/** The most memory that a process of its own ever had. */

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CLI, type CommandOptions, ROOT, runCommand } from '../../test/support/command.ts'

const HOOK = join(ROOT, 'bench', 'memory', 'peak-hook.mjs')
const PATIENCE_MS = 5 * 60_000

export interface Measured extends Pick<CommandOptions, 'cwd' | 'env' | 'stdin'> {
  /** A program for Node.js; the built command by default. */
  readonly program?: string
}

/**
 * Runs a program to its end.
 * @returns its largest resident set, in bytes; what it shares with others counts
 * @throws Error with what it said when it does not end well
 */
export async function measurePeak(args: readonly string[], measured: Measured): Promise<number> {
  const { program = CLI, env, ...options } = measured
  const folder = await mkdtemp(join(tmpdir(), 'talos-image-bench-'))
  try {
    const file = join(folder, 'peak')
    const { code, stderr } = await runCommand(args, {
      ...options,
      program: [process.execPath, '--import', HOOK, program],
      env: { ...env, TALOS_IMAGE_BENCH_PEAK: file },
      timeoutMs: PATIENCE_MS,
    })
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}:\n${stderr.slice(-2000)}`)
    const kib = Number(await readFile(file, 'utf8'))
    if (!(kib > 0)) throw new Error('the kernel does not tell how much memory a process had')
    return kib * 1024
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
