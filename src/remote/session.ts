/** One SSH connection to a build server, and commands run over it. */

import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Client, ClientChannel } from 'ssh2'
import { TalosImageError } from '../errors.ts'
import { startDeadline } from '../util/deadline.ts'
import { quote } from './quote.ts'

export interface SessionTarget {
  readonly host: string
  readonly port: number
  /** In OpenSSH's format. */
  readonly privateKey: string
  /** What is known of its host key; anything, and it is not kept, unless told. */
  readonly hostKey?: HostKeyPin | undefined
}

/** The host key of one boot: the first that is seen, and no other after that. */
export interface HostKeyPin {
  /** As SSH sends it; undefined before the first connection. */
  key: Buffer | undefined
}

/** The connection, or the machine behind it, did not do its part: after a reset it may. */
export class SessionFailure extends TalosImageError {}

export interface ExecOptions {
  readonly signal: AbortSignal
  /** How long the command may run, in milliseconds. */
  readonly timeoutMs: number
  /** How long it may say nothing at all, in milliseconds; as long as it runs, unless told. */
  readonly silenceMs?: number | undefined
  /** What it does, for messages: "writing the disk". */
  readonly name: string
  /** Streamed to the command's standard input. */
  readonly stdin?: Readable | undefined
  readonly onStderr?: (text: string) => void
}

export interface ExecResult {
  /** null when a signal ended it. */
  readonly exitCode: number | null
  readonly stdout: string
  /** Its end, at most some 4 KiB. */
  readonly stderr: string
}

export interface Session {
  /** Runs a bash script. @throws SessionFailure `ssh` when the connection is lost, `timeout` when it takes too long */
  run(script: string, options: ExecOptions): Promise<ExecResult>
  end(): void
}

/** A machine that boots drops packets, and TCP repeats them ever more rarely: a new try is sooner there. */
const CONNECT_MS = 3000

const MOST_STDOUT = 1 << 20
const MOST_STDERR = 4096

/**
 * Logs in as root. The host key of a rescue system cannot be known beforehand, so any is taken at first; see
 * `host-proof.ts` for what proves it.
 * @param timeoutMs for connecting and logging in, in milliseconds
 * @throws the library's own errors, which `waitForSsh` tells apart
 */
export async function connect(target: SessionTarget, timeoutMs: number, signal: AbortSignal): Promise<Session> {
  const { default: ssh2 } = await import('ssh2')
  const client = new ssh2.Client()
  signal.throwIfAborted()
  let lost: string | undefined
  // Never removed: a connection can fail more than once, and an error without a listener ends the process.
  client.on('error', (error) => {
    lost ??= error.message
  })
  let answered = false
  let hasOtherKey = false
  await new Promise<void>((resolve, reject) => {
    const connecting = setTimeout(() => stop(new Error('Timed out while connecting')), Math.min(CONNECT_MS, timeoutMs))
    client.once('connect', () => {
      answered = true
      clearTimeout(connecting)
    })
    const release = (): void => {
      clearTimeout(connecting)
      signal.removeEventListener('abort', onAbort)
      client.off('error', stop)
      client.off('close', onClose)
    }
    const stop = (error: unknown): void => {
      release()
      client.destroy()
      reject(hasOtherKey ? new OtherHostKey() : answered && isTimeout(error) ? new NoGreeting() : error)
    }
    const onAbort = (): void => stop(signal.reason)
    const onClose = (): void => stop(new Error('the connection was closed before the login'))
    signal.addEventListener('abort', onAbort, { once: true })
    client.once('error', stop)
    client.once('close', onClose)
    client.once('ready', () => {
      release()
      // Without it small packets wait for each other, which makes streaming several times slower.
      client.setNoDelay(true)
      resolve()
    })
    client.connect({
      host: target.host,
      port: target.port,
      username: 'root',
      privateKey: target.privateKey,
      readyTimeout: timeoutMs,
      keepaliveInterval: 10_000,
      keepaliveCountMax: 3,
      hostVerifier: (key: Buffer) => {
        const { hostKey = { key } } = target
        hostKey.key ??= key
        hasOtherKey = !hostKey.key.equals(key)
        return !hasOtherKey
      },
    })
  })
  return {
    run: (script, options) => runScript(client, script, options, () => lost),
    end: () => {
      client.end()
    },
  }
}

/** What answered showed another host key than before in the same boot. */
export class OtherHostKey extends Error {}

/** The connection was accepted, but no SSH server answered on it. */
export class NoGreeting extends Error {}

const isTimeout = (error: unknown): boolean =>
  error instanceof Error && 'level' in error && error.level === 'client-timeout'

function runScript(
  client: Client,
  script: string,
  options: ExecOptions,
  lostBecause: () => string | undefined,
): Promise<ExecResult> {
  const deadline = startDeadline(options.signal, options.timeoutMs)
  const stop = deadline.signal
  return new Promise((resolve, reject) => {
    stop.throwIfAborted()
    let channel: ClientChannel | undefined
    const finish = (settle: () => void): void => {
      deadline[Symbol.dispose]()
      idle.end()
      stop.removeEventListener('abort', onStop)
      client.removeListener('close', onLost)
      settle()
    }
    const onStop = (): void => {
      channel?.destroy()
      finish(() => reject(deadline.expired ? tookTooLong(options) : stop.reason))
    }
    const idle = startIdleTimer(options.silenceMs, () => {
      channel?.destroy()
      finish(() => reject(saidNothing(options)))
    })
    const onLost = (): void => finish(() => reject(notEnded(options, lostBecause())))
    stop.addEventListener('abort', onStop, { once: true })
    client.once('close', onLost)
    const onOpen = (error: Error | undefined, opened: ClientChannel): void => {
      if (error !== undefined) {
        finish(() => reject(notEnded(options, error.message)))
        return
      }
      channel = opened
      // The caller has stopped waiting.
      if (stop.aborted) onStop()
      for (const stream of [opened, opened.stderr]) stream.on('data', idle.reset)
      collect(opened, options, (result) =>
        finish(() => (result === undefined ? reject(notEnded(options, lostBecause())) : resolve(result))),
      )
    }
    // Everything is attached before the callback returns: a short command's end can arrive with its beginning.
    try {
      client.exec(`exec bash -c ${quote(script)}`, onOpen)
    } catch {
      // The library throws at once when the connection has been lost before.
      onLost()
    }
  })
}

/** Gathers a command's output; `onEnd` gets nothing when the channel closed before the command's end was known. */
function collect(channel: ClientChannel, options: ExecOptions, onEnd: (result: ExecResult | undefined) => void): void {
  let stdout = ''
  let stderr = ''
  let exitCode: number | null | undefined
  channel.setEncoding('utf8')
  channel.stderr.setEncoding('utf8')
  channel.on('data', (text: string) => {
    stdout = (stdout + text).slice(-MOST_STDOUT)
  })
  channel.stderr.on('data', (text: string) => {
    stderr = (stderr + text).slice(-MOST_STDERR)
    options.onStderr?.(text)
  })
  channel.once('exit', (code: number | null) => {
    exitCode = code
  })
  channel.once('close', () => onEnd(exitCode === undefined ? undefined : { exitCode, stdout, stderr }))
  // A command that ends early closes its input; that it ended, and how, is what counts.
  if (options.stdin === undefined) channel.end()
  else pipeline(options.stdin, channel).catch(() => undefined)
}

/** Why a command did not come to its end: what was streamed to it broke off, or the connection did. */
function notEnded({ name, stdin }: ExecOptions, why: string | undefined): TalosImageError {
  const fault = stdin?.errored
  // The code of a stream that only ended because the other side did.
  if (fault != null && !('code' in fault && fault.code === 'ERR_STREAM_PREMATURE_CLOSE')) {
    return new TalosImageError({
      code: 'source',
      message: `what was to be sent could not be read while ${name}: ${fault.message}`,
      hint: 'check the file of --image-file, or what writes to standard input',
    })
  }
  // The names of system calls do not help.
  const reason = why === undefined || /^(read|write) E[A-Z]+$/.test(why) ? '' : `: ${why}`
  return new SessionFailure({
    code: 'ssh',
    message: `the SSH connection was lost while ${name}${reason}`,
    hint: 'the server lost its power or its network, or something on the way ended the connection',
  })
}

const UNRESPONSIVE = 'the server hangs, or its disk or network is very slow; longer waits can be set with --timeout'

function tookTooLong({ name, timeoutMs }: ExecOptions): TalosImageError {
  const message = `${name} took longer than ${formatSeconds(timeoutMs)}`
  return new SessionFailure({ code: 'timeout', message, hint: UNRESPONSIVE })
}

function saidNothing({ name, silenceMs = 0 }: ExecOptions): TalosImageError {
  const message = `the server has said nothing for ${formatSeconds(silenceMs)} while ${name}`
  return new SessionFailure({ code: 'timeout', message, hint: UNRESPONSIVE })
}

/** A timer that runs out when there is no output for so long. */
function startIdleTimer(ms: number | undefined, onTooLong: () => void) {
  if (ms === undefined) return { reset: () => undefined, end: () => undefined }
  const timer = setTimeout(onTooLong, ms)
  return {
    reset: () => {
      timer.refresh()
    },
    end: () => clearTimeout(timer),
  }
}

const formatSeconds = (ms: number): string => `${ms < 10_000 ? ms / 1000 : Math.round(ms / 1000)} s`
