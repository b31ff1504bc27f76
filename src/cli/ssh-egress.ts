/** Whether an SSH server can be reached from here: what a build does with its server, tried with one that is there. */

import { connect, isIP } from 'node:net'
import { InvalidArgumentError } from 'commander'
import type { Check } from '../report/doctor.ts'
import { startDeadline } from '../util/deadline.ts'

export interface SshHost {
  readonly host: string
  readonly port: number
}

const SSH_PORT = 22
const PATIENCE_MS = 10_000
/** What every SSH server says first (RFC 4253, 4.2). */
const GREETING = /^SSH-\d/m
/** More than a server says before its greeting. */
const MOST_BYTES = 16 * 1024

/** `--ssh-host HOST`, `HOST:PORT`, `[IPV6]:PORT`. */
export function parseSshHost(text: string): SshHost {
  if (isIP(text) === 6) return { host: text, port: SSH_PORT }
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([\w.-]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const host = bracketed ?? plain
  const port = digits === undefined ? SSH_PORT : Number(digits)
  if (host === undefined || port < 1 || port > 65_535 || (bracketed !== undefined && isIP(bracketed) !== 6)) {
    throw new InvalidArgumentError('Use HOST or HOST:PORT, such as github.com or 203.0.113.7:22.')
  }
  return { host, port }
}

/**
 * Connects, waits for the greeting, and hangs up; logs in nowhere.
 * @throws the signal's reason when it aborts
 */
export async function checkSshEgress({ host, port }: SshHost, signal: AbortSignal): Promise<Check> {
  const name = 'SSH'
  const hint = `builds reach their servers over SSH: let TCP port ${port} out of this network`
  const found = await readGreeting({ host, port }, signal)
  switch (found.kind) {
    case 'greeting':
      return { name, status: 'ok', message: `the SSH server of ${host} answers on port ${port}` }
    case 'other':
      return {
        name,
        status: 'warning',
        message: `something answers on ${host} port ${port}, but not as SSH does`,
        hint,
      }
    case 'none':
      return { name, status: 'failed', message: `no connection to ${host} port ${port}: ${found.why}`, hint }
  }
}

type Greeting = { readonly kind: 'greeting' | 'other' } | { readonly kind: 'none'; readonly why: string }

async function readGreeting(to: SshHost, signal: AbortSignal): Promise<Greeting> {
  signal.throwIfAborted()
  using deadline = startDeadline(signal, PATIENCE_MS)
  const socket = connect(to)
  const stop = (): unknown => socket.destroy(new Error(`nothing was heard within ${PATIENCE_MS / 1000} s`))
  deadline.signal.addEventListener('abort', stop, { once: true })
  let said = ''
  let connected = false
  socket.setEncoding('latin1').on('connect', () => {
    connected = true
  })
  try {
    for await (const text of socket) {
      said += String(text)
      if (GREETING.test(said)) return { kind: 'greeting' }
      if (said.length > MOST_BYTES) break
    }
    return { kind: 'other' }
  } catch (error) {
    signal.throwIfAborted()
    if (connected) return { kind: 'other' }
    return { kind: 'none', why: error instanceof Error ? error.message : String(error) }
  } finally {
    deadline.signal.removeEventListener('abort', stop)
    socket.destroy()
  }
}
