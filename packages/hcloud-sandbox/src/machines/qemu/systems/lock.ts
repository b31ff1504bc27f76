/** A lock between processes that ends with its owner, however that ends. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { SandboxError } from '../../../errors.ts'
import { CLEAN_ENVIRONMENT } from '../../programs.ts'

/**
 * Waits until no other process has the lock, and takes it.
 * @throws SandboxError `sandbox` when the file cannot be locked; the signal's reason when that aborts
 */
export async function lockFile(file: string, signal?: AbortSignal): Promise<AsyncDisposable> {
  signal?.throwIfAborted()
  // The shell holds the lock until its input ends, which it does with this process.
  const argv = ['--exclusive', '--no-fork', file, 'sh', '-c', 'echo locked; exec cat']
  const child = spawn('flock', argv, { env: CLEAN_ENVIRONMENT, detached: true })
  const closed = new Promise<void>((resolve) => {
    child.on('close', () => resolve()).on('error', () => resolve())
  })
  const release = async (): Promise<void> => {
    child.stdin.end()
    await closed
  }
  child.stdin.on('error', () => undefined)
  const giveUp = (): void => {
    child.kill()
  }
  signal?.addEventListener('abort', giveUp, { once: true })
  try {
    const isLocked = await Promise.race([once(child.stdout, 'data').then(() => true), closed.then(() => false)])
    if (isLocked) return { [Symbol.asyncDispose]: release }
  } finally {
    signal?.removeEventListener('abort', giveUp)
  }
  signal?.throwIfAborted()
  throw new SandboxError({
    code: 'sandbox',
    message: `the file ${file} cannot be locked`,
    hint: 'choose another folder for the cache, on a disk of this computer',
  })
}
