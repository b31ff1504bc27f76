/** One SSH connection to a build server, and commands run over it. */

import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Client, ClientChannel } from 'ssh2'
import { TalosImageError } from '../errors.ts'
import { quote } from './quote.ts'

export interface SessionTarget {
  readonly host: string
  readonly port: number
  /** In OpenSSH's format. */
  readonly privateKey: string
}

export interface ExecOptions {
  readonly signal: AbortSignal
  /** How long the command may run, in milliseconds. */
  readonly timeoutMs: number
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
  /** Runs a bash script. @throws TalosImageError `ssh` when the connection is lost, `timeout` when it takes too long */
  run(script: string, options: ExecOptions): Promise<ExecResult>
  end(): void
}

const MOST_STDOUT = 1 << 20
const MOST_STDERR = 4096

/**
 * Logs in as root. The host key of a rescue system cannot be known beforehand, so any is taken.
 * @param timeoutMs for connecting and logging in, in milliseconds
 * @throws the library's own errors, which `waitForSsh` tells apart
 */
export async function connect(target: SessionTarget, timeoutMs: number, signal: AbortSignal): Promise<Session> {
  const { default: ssh2 } = await import('ssh2')
  const client = new ssh2.Client()
  signal.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const stop = (error: unknown): void => {
      signal.removeEventListener('abort', onAbort)
      client.destroy()
      reject(error)
    }
    const onAbort = (): void => stop(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    client.once('error', stop)
    client.once('close', () => stop(new Error('the connection was closed before the login')))
    client.once('ready', () => {
      signal.removeEventListener('abort', onAbort)
      client.removeAllListeners('error')
      client.removeAllListeners('close')
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
      hostVerifier: () => true,
    })
  })
  return toSession(client)
}

function toSession(client: Client): Session {
  let lost: string | undefined
  client.on('error', (error) => {
    lost = error.message
  })
  return {
    run: (script, options) => runScript(client, script, options, () => lost),
    end: () => {
      client.end()
    },
  }
}

function runScript(
  client: Client,
  script: string,
  options: ExecOptions,
  lostBecause: () => string | undefined,
): Promise<ExecResult> {
  const deadline = AbortSignal.timeout(options.timeoutMs)
  const stop = AbortSignal.any([options.signal, deadline])
  return new Promise((resolve, reject) => {
    stop.throwIfAborted()
    let channel: ClientChannel | undefined
    const finish = (settle: () => void): void => {
      stop.removeEventListener('abort', onStop)
      client.removeListener('close', onLost)
      settle()
    }
    const onStop = (): void => {
      channel?.destroy()
      finish(() => reject(options.signal.aborted ? options.signal.reason : tookTooLong(options)))
    }
    const onLost = (): void => finish(() => reject(connectionLost(options.name, lostBecause())))
    stop.addEventListener('abort', onStop, { once: true })
    client.once('close', onLost)
    // Everything is attached before this callback returns: a short command's end can arrive with its beginning.
    client.exec(`exec bash -c ${quote(script)}`, (error, opened) => {
      if (error !== undefined) return finish(() => reject(connectionLost(options.name, error.message)))
      channel = opened
      collect(opened, options, (result) =>
        finish(() => (result === undefined ? reject(connectionLost(options.name, lostBecause())) : resolve(result))),
      )
    })
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

function connectionLost(name: string, why: string | undefined): TalosImageError {
  return new TalosImageError({
    code: 'ssh',
    message: `the SSH connection was lost while ${name}${why === undefined ? '' : `: ${why}`}`,
  })
}

function tookTooLong({ name, timeoutMs }: ExecOptions): TalosImageError {
  return new TalosImageError({ code: 'timeout', message: `${name} took longer than ${Math.round(timeoutMs / 1000)} s` })
}
