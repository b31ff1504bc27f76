/** Reads all of standard input, when it is as short as it should be, and comes. */

import { addAbortSignal } from 'node:stream'
import { TalosImageError } from '../errors.ts'
import { startDeadline } from '../util/deadline.ts'
import type { Io } from './io.ts'

export interface InputLimits {
  /** What is read, as messages call it. */
  readonly what: string
  readonly mostBytes: number
  readonly timeoutMs: number
}

/** @throws TalosImageError `usage` when it is too long, `timeout` when it does not end */
export async function readInput({ stdin, signal }: Io, limits: InputLimits): Promise<string> {
  const { what, mostBytes, timeoutMs } = limits
  using deadline = startDeadline(signal, timeoutMs)
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of addAbortSignal(deadline.signal, stdin)) {
      const part = Buffer.from(chunk)
      bytes += part.length
      if (bytes > mostBytes) break
      chunks.push(part)
    }
  } catch (error) {
    signal.throwIfAborted()
    if (!deadline.expired) throw error
    const message = `${what} on standard input did not end within ${timeoutMs / 1000} s`
    throw new TalosImageError({ code: 'timeout', message, hint: 'close standard input behind it' }, { cause: error })
  }
  if (bytes > mostBytes)
    throw new TalosImageError({ code: 'usage', message: `${what} is longer than ${mostBytes >> 10} KiB` })
  return Buffer.concat(chunks).toString('utf8')
}
