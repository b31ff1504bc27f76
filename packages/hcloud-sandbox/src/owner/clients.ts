/** The clients of a sandbox: each is a connection that lasts for as long as it uses the sandbox, however it ends. */

import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import * as v from 'valibot'
import { SandboxError } from '../errors.ts'
import type { Listener } from '../state/loopback.ts'
import { portOf } from '../state/loopback.ts'
import { type Answer, onLines, Request, sendLine, type Use } from './messages.ts'

export interface ClientsOptions {
  /** What a client must say to be one. */
  readonly token: string
  /** Whether the sandbox ends with its last client, which then waits for that. */
  readonly endsWithClients: boolean
  /**
   * Makes what a client needs.
   * @returns what it is told
   * @throws SandboxError what it cannot have
   */
  readonly join: (use: Use) => Promise<Answer>
}

export interface Clients extends Listener {
  readonly count: () => number
  /** A client that needs no token. It is told nothing. */
  add(stream: Duplex): void
  /** Tells all of them. */
  tell(answer: Answer): void
  /** Resolves as soon as there are none. */
  gone(): Promise<void>
}

/** Listens for clients on 127.0.0.1. */
export async function listenForClients({ token, endsWithClients, join }: ClientsOptions): Promise<Clients> {
  const connected = new Set<Duplex>()
  let waiting: (() => void)[] = []
  let isEnding = false

  function leave(stream: Duplex): void {
    if (!connected.delete(stream)) return
    const isLast = connected.size === 0
    // The last one waits until this process has ended, and one that comes now starts another.
    isEnding = isLast && endsWithClients
    if (!isEnding) {
      sendLine(stream, { type: 'stays' })
      stream.end()
    }
    if (!isLast) return
    for (const resolve of waiting) resolve()
    waiting = []
  }

  function add(stream: Duplex): void {
    connected.add(stream)
    for (const event of ['end', 'close'] as const) stream.once(event, () => leave(stream))
  }

  async function answer(stream: Socket, line: unknown): Promise<void> {
    const { token: told, use } = v.parse(Request, line)
    if (told !== token || isEnding) throw new RangeError('a stranger, or too late')
    add(stream)
    sendLine(stream, await join(use).catch(toProblems))
  }

  const server = createServer({ allowHalfOpen: true }, (stream) => {
    // Not `once`: a second line is as wrong as a wrong first one.
    onLines(stream, (line) => {
      if (connected.has(stream)) throw new RangeError('there is nothing more to say')
      answer(stream, line).catch(() => stream.destroy())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: portOf(server),
    count: () => connected.size,
    add,
    tell: (answer) => {
      for (const stream of connected) sendLine(stream, answer)
    },
    gone: () => (connected.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    async close() {
      server.close()
      for (const stream of connected) stream.destroy()
    },
  }
}

/** What a user can act on, as an answer; anything else is thrown on. */
export function toProblems(error: unknown): Answer {
  if (!(error instanceof SandboxError)) throw error
  return { type: 'problems', problems: error.problems.map((problem) => ({ ...problem })) }
}
