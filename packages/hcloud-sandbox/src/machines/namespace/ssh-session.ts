/** One SSH session: its channel and the command behind it. */

import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { constants } from 'node:os'
import type { Connection, ServerChannel, Session } from 'ssh2'
import { sendOutput } from './send-output.ts'
import { signalCommand } from './signal-command.ts'

/** Starts a command, or a login shell. */
export type StartCommand = (command: string | undefined) => ChildProcessWithoutNullStreams

/** The signals that a client can ask for (RFC 4254, 6.10). */
const SIGNALS: ReadonlyMap<string, NodeJS.Signals> = new Map([
  ['ABRT', 'SIGABRT'],
  ['ALRM', 'SIGALRM'],
  ['FPE', 'SIGFPE'],
  ['HUP', 'SIGHUP'],
  ['ILL', 'SIGILL'],
  ['INT', 'SIGINT'],
  ['KILL', 'SIGKILL'],
  ['PIPE', 'SIGPIPE'],
  ['QUIT', 'SIGQUIT'],
  ['SEGV', 'SIGSEGV'],
  ['TERM', 'SIGTERM'],
  ['USR1', 'SIGUSR1'],
  ['USR2', 'SIGUSR2'],
])

const TOLD_SIGNALS: ReadonlySet<string> = new Set(SIGNALS.values())

/** What is told of a command that could not even be started; sshd does the same. */
const NOT_STARTED_STATUS = 255

/** How it goes with one command. */
export interface CommandCourse {
  /** It is never started, and its client never hears of it. */
  readonly stall: boolean
  /** Called when it has ended and all its output is on the way; the client learns of the end afterwards. */
  readonly onEnd: () => Promise<void>
}

export interface SessionOptions {
  readonly start: StartCommand
  /** Called when a command begins, with its text; a shell has none: ''. */
  readonly onCommand: (command: string) => CommandCourse
  /** What the session is part of. When it closes, the command is killed. */
  readonly connection: Connection
}

/** Answers the requests of a session. A terminal is promised, but commands run without one; variables are ignored. */
export function serveSession(session: Session, { start, onCommand, connection }: SessionOptions): void {
  let child: ChildProcessWithoutNullStreams | undefined
  const run = (channel: ServerChannel, command: string | undefined) => {
    const { stall, onEnd } = onCommand(command ?? '')
    if (stall) return
    const started = start(command)
    child = started
    connect(channel, started, onEnd)
    // A channel whose input the command leaves unread does not close with its connection.
    const kill = () => void signalCommand(started, 'SIGKILL')
    connection.once('close', kill)
    started.once('close', () => connection.off('close', kill))
  }
  // The client may want no answer; there is nothing to accept with then.
  const agree = (accept: (() => unknown) | undefined) => accept?.()
  session.on('pty', agree)
  session.on('env', agree)
  session.on('window-change', agree)
  session.on('exec', (accept, _reject, { command }) => run(accept(), command))
  session.on('shell', (accept) => run(accept(), undefined))
  session.on('signal', (accept, _reject, { name }) => {
    agree(accept)
    const signal = SIGNALS.get(name.replace(/^SIG/, ''))
    if (signal !== undefined && child !== undefined) void signalCommand(child, signal)
  })
}

/** Streams both ways, each side waiting for the other, until the command has ended or the client has gone. */
function connect(channel: ServerChannel, child: ChildProcessWithoutNullStreams, onEnd: () => Promise<void>): void {
  let hasEnded = false
  channel.pipe(child.stdin)
  // A command that reads no further: what the client still sends goes nowhere, as on a real machine.
  const stopReading = () => {
    channel.unpipe(child.stdin)
    channel.resume()
  }
  child.stdin.on('error', stopReading).on('close', stopReading)
  // Cut off when the channel closes: it is not read any more.
  const outputs = [child.stdout, child.stderr]
  const gone = new Promise((resolve) => channel.once('close', resolve))
  const sent = Promise.race([gone, sendOutput(child, channel)]).catch(() => undefined)
  child.on('error', (error) => channel.stderr.write(`talos-image sandbox: ${error.message}\n`))

  channel.on('close', () => {
    for (const output of outputs) output.destroy()
    if (!hasEnded) void signalCommand(child, 'SIGKILL')
  })
  child.on('close', (status, signal) => {
    hasEnded = true
    void sent
      .then(onEnd)
      .catch(() => undefined)
      .then(() => {
        // The last of the error output has to leave before the channel closes.
        channel.stderr.end(() => {
          if (signal !== null && TOLD_SIGNALS.has(signal)) channel.exit(signal)
          else channel.exit(toStatus(status, signal))
          channel.end()
        })
      })
  })
}

/** Other signals have no name in SSH; shells give them as a status. */
function toStatus(status: number | null, signal: NodeJS.Signals | null): number {
  if (signal !== null) return 128 + constants.signals[signal]
  return status === null || status < 0 ? NOT_STARTED_STATUS : status
}
