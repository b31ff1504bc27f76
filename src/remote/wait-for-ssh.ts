/** Waits for a machine's SSH server, and tells why there is none. */

import * as v from 'valibot'
import type { SshOver } from '../domain.ts'
import { TalosImageError } from '../errors.ts'
import type { Clock } from '../util/clock.ts'
import { NO_TRACE, type Trace, traced } from '../util/trace.ts'
import { connect, NoGreeting, OtherHostKey, type Session, type SessionTarget } from './session.ts'
import { SSH_OVER, type SshFailure, sshHint } from './ssh-hints.ts'

export interface WaitForSshOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** How long to try, in milliseconds. */
  readonly timeoutMs: number
  /** Which of the server's addresses it is, for messages; IPv4 unless told. */
  readonly over?: SshOver
  /** How long one try may take, in milliseconds. */
  readonly tryTimeoutMs?: number
  /** A port that is tried as well when the first one refuses. */
  readonly otherPort?: number | undefined
  readonly connect?: typeof connect
  /** Is called before each try; an error that it throws ends the wait. */
  readonly beforeTry?: () => Promise<void>
  readonly trace?: Trace
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 1000

/**
 * Tries again and again, with short pauses at first, so that the work begins as soon as the server answers.
 * @throws TalosImageError `ssh` that tells apart what the tries ran into
 */
export async function waitForSsh(target: SessionTarget, options: WaitForSshOptions): Promise<Session> {
  const { clock, signal, trace, connect: open = connect } = options
  const { host, port } = target
  const started = clock.now()
  const seen = new Map<SshFailure, number>()
  let last: SshFailure = 'timed out'
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.5)) {
    const leftMs = started + options.timeoutMs - clock.now()
    if (leftMs <= 0) throw toTimeoutError(target, options, seen, last)
    await options.beforeTry?.()
    const tryMs = Math.min(options.tryTimeoutMs ?? 10_000, leftMs)
    const attempt = async (at: number): Promise<Session | SshFailure> => {
      try {
        return await traced(
          trace ?? NO_TRACE,
          'ssh',
          { host, port: at },
          () => open({ ...target, port: at }, tryMs, signal),
          () => ({ login: true }),
        )
      } catch (error) {
        signal.throwIfAborted()
        return classify(error)
      }
    }
    let outcome = await attempt(port)
    if (outcome === 'refused' && options.otherPort !== undefined) outcome = await attempt(options.otherPort)
    if (typeof outcome !== 'string') return trace === undefined ? outcome : traceSession(outcome, trace)
    last = outcome
    seen.set(last, (seen.get(last) ?? 0) + 1)
    await clock.sleep(Math.min(pauseMs, Math.max(0, started + options.timeoutMs - clock.now())), signal)
  }
}

/** Tells the errors of the SSH library and of the network apart. */
export function classify(error: unknown): SshFailure {
  if (error instanceof NoGreeting) return 'silent'
  if (error instanceof OtherHostKey) return 'another host key'
  const parsed = v.safeParse(SshError, error)
  const { code, level, message } = parsed.success ? parsed.output : { code: '', level: '', message: '' }
  if (level === 'client-authentication') return 'denied'
  if (code === 'ECONNREFUSED') return 'refused'
  if (NO_ROUTE.has(code)) return 'no route'
  if (code === 'ETIMEDOUT' || level === 'client-timeout' || /timed out/i.test(message)) return 'timed out'
  return 'broken off'
}

/** What the system says of an address that it has no way to, or of a family that it does not have. */
const NO_ROUTE = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT'])

const SshError = v.object({
  code: v.optional(v.string(), ''),
  level: v.optional(v.string(), ''),
  message: v.optional(v.string(), ''),
})

/** The hint follows from the last try: while a machine boots, connections are refused. */
function toTimeoutError(
  target: SessionTarget,
  { timeoutMs, over = 'ipv4' }: WaitForSshOptions,
  seen: ReadonlyMap<SshFailure, number>,
  last: SshFailure,
): TalosImageError {
  const tries = [...seen].sort((a, b) => b[1] - a[1])
  const way = over === 'ipv4' ? '' : ` over ${SSH_OVER[over]}`
  const list = tries.map(([failure, count]) => `${failure} ${count === 1 ? 'once' : `${count} times`}`).join(', ')
  return new TalosImageError({
    code: 'ssh',
    message: `no SSH login at ${target.host} port ${target.port}${way} within ${timeoutMs / 1000} s: ${list}`,
    hint: sshHint(last, over),
  })
}

/** A session that traces every command when it has ended. */
function traceSession(session: Session, trace: Trace): Session {
  return {
    run: (script, options) =>
      traced(
        trace,
        'command',
        { name: options.name, script },
        () => session.run(script, options),
        (result) => ({ ...result }),
      ),
    end: () => session.end(),
  }
}
