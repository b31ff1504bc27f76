/** The signals that end a command: the first stops it, a second one leaves at once, unless it is SIGHUP. */

import { EXIT } from './exit-codes.ts'

const SIGNAL_CODES = { SIGHUP: EXIT.hungUp, SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const

/**
 * Within this time of the first signal another one is the same. coreutils' `timeout` and npm signal a program and then the
 * group that it is in; a person takes longer to press Ctrl-C again.
 */
const SAME_MS = 300

interface SignalReactions {
  readonly first: (exitCode: number) => void
  /** A signal that is meant as another one. */
  readonly again: (exitCode: number) => void
  /** Signals that are meant for others in the same group of processes. */
  readonly ignored?: readonly (keyof typeof SIGNAL_CODES)[]
}

/** @param now milliseconds of a clock that cannot be set */
export function listenToSignals(
  source: { on(signal: keyof typeof SIGNAL_CODES, listener: () => void): unknown },
  { first, again, ignored = [] }: SignalReactions,
  now = (): number => performance.now(),
): void {
  let firstAt: number | undefined
  const listener = (signal: keyof typeof SIGNAL_CODES): void => {
    const exitCode = SIGNAL_CODES[signal]
    if (firstAt === undefined) {
      firstAt = now()
      first(exitCode)
      // A terminal that is gone says so more than once: the kernel to its processes, and the shell to its jobs.
    } else if (signal !== 'SIGHUP' && now() - firstAt > SAME_MS) again(exitCode)
  }
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
    source.on(signal, ignored.includes(signal) ? () => undefined : () => listener(signal))
  }
}
