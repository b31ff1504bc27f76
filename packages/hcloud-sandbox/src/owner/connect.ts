/** A client's connection to the sandbox that another process owns. */

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import * as v from 'valibot'
import { systemClock } from '../clock.ts'
import { SandboxError } from '../errors.ts'
import type { Sandbox } from '../options.ts'
import type { Attached } from '../state/ownership.ts'
import { isRunning, type ProcessIdentity } from '../state/process-identity.ts'
import { Answer, onLines, type Request, sendLine, type Use, type Welcome } from './messages.ts'

export interface Connection extends Pick<Welcome, 'sandbox' | 'recovered' | 'machinesNote'> {
  /** Leaves the sandbox; resolves when its owner has ended, if it ends with this client. */
  close(): Promise<void>
}

export interface ConnectOptions {
  readonly onProgress?: ((line: string) => void) | undefined
  /** Is told when the owner ends although this client has not left. */
  readonly onLost?: ((error: Error) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** How long an owner may be silent before it has answered; one that makes a rescue system tells of it meanwhile. */
const ANSWER_MS = 60_000
const LOOK_AGAIN_MS = 10

/** Connects to a running sandbox. @returns undefined when its owner is about to end, or has ended */
export async function connectTo(
  { attached: { clientPort, token }, owner }: Attached,
  use: Use,
  options: ConnectOptions,
): Promise<Connection | undefined> {
  const stream: Socket = connect(clientPort, '127.0.0.1')
  const isThere = await once(stream, 'connect').then(
    () => true,
    () => false,
  )
  return isThere ? talk(stream, { token, use }, owner, options) : undefined
}

/**
 * Says what is needed to the owner at the other end, and waits for its answer.
 * @returns undefined when it has ended, or owns nothing
 * @throws SandboxError what it said; the signal's reason when that aborts
 */
export async function talk(
  stream: Duplex,
  request: v.InferInput<typeof Request>,
  owner: ProcessIdentity,
  { onProgress, onLost, signal }: ConnectOptions,
): Promise<Connection | undefined> {
  const closed = new Promise<void>((resolve) => stream.once('close', resolve))
  const waiting = new AbortController()
  let defect: Error | undefined
  let [hasLeft, stays, isSilent] = [false, false, false]
  const welcome = new Promise<Welcome | undefined>((resolve, reject) => {
    const silence = setTimeout(() => {
      isSilent = true
      reject(tooLong(owner))
    }, ANSWER_MS)
    waiting.signal.addEventListener('abort', () => clearTimeout(silence))
    signal?.addEventListener('abort', () => reject(signal.reason), { signal: waiting.signal })
    onLines(stream, (line) => {
      const answer = v.parse(Answer, line)
      silence.refresh()
      if (answer.type === 'progress') onProgress?.(answer.line)
      else if (answer.type === 'stays') stays = true
      else if (answer.type === 'problems') reject(new SandboxError(answer.problems))
      else if (answer.type === 'defect')
        defect = Object.assign(new Error('the sandbox failed'), { stack: answer.stack })
      else resolve(answer.type === 'running' ? answer : undefined)
    })
    void closed.then(() => (defect === undefined ? resolve(undefined) : reject(defect)))
  })
  sendLine(stream, request)

  async function close(): Promise<void> {
    hasLeft = true
    stream.end()
    await closed
    // Nothing of the sandbox is to be there when its last client has ended.
    while (!stays && isRunning(owner)) await systemClock.sleep(LOOK_AGAIN_MS)
  }
  try {
    const answer = await welcome
    if (answer === undefined) {
      stream.destroy()
      return undefined
    }
    void closed.then(() => {
      if (!hasLeft) onLost?.(defect ?? lost(owner))
    })
    const { sandbox, recovered, machinesNote } = answer
    return { sandbox, recovered, machinesNote, close }
  } catch (error) {
    if (isSilent) stream.destroy()
    else await close()
    throw error
  } finally {
    waiting.abort()
  }
}

/** The sandbox of a connection. @param attached whether it ran before */
export function toAttached({ close, sandbox, ...told }: Connection, stateDir: string, attached = true): Sandbox {
  return {
    ...sandbox,
    ...told,
    stateDir,
    attached,
    requests: { cloud: 0, factory: 0 },
    clients: () => 0,
    unused: () => Promise.resolve(),
    close,
    [Symbol.asyncDispose]: close,
  }
}

const tooLong = ({ pid }: ProcessIdentity): SandboxError =>
  new SandboxError({
    code: 'sandbox',
    message: `the sandbox's process ${pid} does not answer`,
    hint: `end it, and run the command again: kill -KILL ${pid}`,
  })

const lost = ({ pid }: ProcessIdentity): SandboxError =>
  new SandboxError({
    code: 'sandbox',
    message: `the sandbox has ended: its process ${pid} was killed`,
    hint: 'run the command again: it cleans up what the sandbox left running',
  })
