/** Waiting for a machine's SSH server, and saying why it did not come. */

import * as v from 'valibot'
import { TalosImageError } from '../errors.ts'
import type { Clock } from '../util/clock.ts'
import { connect, type Session, type SessionTarget } from './session.ts'

export interface WaitForSshOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** How long to try, in milliseconds. */
  readonly timeoutMs: number
  /** How long one try may take, in milliseconds. */
  readonly tryTimeoutMs?: number
  readonly connect?: typeof connect
}

/** Why a try failed. */
export type SshFailure = 'refused' | 'timed out' | 'denied' | 'no route' | 'broken off'

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2000

/**
 * Tries again and again, with short pauses at first, so that the work begins as soon as the server answers.
 * @throws TalosImageError `ssh` that tells apart what the tries ran into
 */
export async function waitForSsh(target: SessionTarget, options: WaitForSshOptions): Promise<Session> {
  const open = options.connect ?? connect
  const { clock, signal } = options
  const started = clock.now()
  const seen = new Map<SshFailure, number>()
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.5)) {
    const leftMs = started + options.timeoutMs - clock.now()
    if (leftMs <= 0) throw neverCame(target, options.timeoutMs, seen)
    try {
      return await open(target, Math.min(options.tryTimeoutMs ?? 10_000, leftMs), signal)
    } catch (error) {
      signal.throwIfAborted()
      const failure = classify(error)
      seen.set(failure, (seen.get(failure) ?? 0) + 1)
    }
    await clock.sleep(Math.min(pauseMs, Math.max(0, started + options.timeoutMs - clock.now())), signal)
  }
}

/** Tells the errors of the SSH library and of the network apart. */
export function classify(error: unknown): SshFailure {
  const parsed = v.safeParse(SshError, error)
  const { code, level, message } = parsed.success ? parsed.output : { code: '', level: '', message: '' }
  if (level === 'client-authentication') return 'denied'
  if (code === 'ECONNREFUSED') return 'refused'
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return 'no route'
  if (code === 'ETIMEDOUT' || level === 'client-timeout' || /timed out/i.test(message)) return 'timed out'
  return 'broken off'
}

const SshError = v.object({
  code: v.optional(v.string(), ''),
  level: v.optional(v.string(), ''),
  message: v.optional(v.string(), ''),
})

const HINTS: Record<SshFailure, string> = {
  refused: 'the machine runs, but no SSH server listens on that port: is it --ssh-port that you mean?',
  'timed out':
    'a firewall on the way may drop the packets: allow outgoing SSH from here, and incoming SSH to the build server',
  denied:
    'an SSH server answered but did not take the key: the machine may have booted its disk, not the rescue system',
  'no route': 'there is no way from here to the server: is IPv4 available on this computer?',
  'broken off': 'something answers on that port that does not speak SSH to the end',
}

function neverCame(target: SessionTarget, timeoutMs: number, seen: ReadonlyMap<SshFailure, number>): TalosImageError {
  const tries = [...seen].sort((a, b) => b[1] - a[1])
  const [most] = tries[0] ?? (['timed out'] as const)
  const list = tries.map(([failure, count]) => `${failure} ${count === 1 ? 'once' : `${count} times`}`).join(', ')
  return new TalosImageError({
    code: 'ssh',
    message: `no SSH login at ${target.host} port ${target.port} within ${Math.round(timeoutMs / 1000)} s: ${list}`,
    hint: HINTS[most],
  })
}
