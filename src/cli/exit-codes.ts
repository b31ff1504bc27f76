/** Exit codes: an interface, documented in docs/exit-codes.md. */

import { ERROR_CODES, TalosImageError } from '../errors.ts'
import type { Outcome } from '../report/result.ts'

export const EXIT = {
  success: 0,
  /** It failed, and the input was not the reason. */
  failed: 1,
  /** The input is wrong; found before anything was made. */
  badInput: 2,
  /** Some images were built, others failed. */
  partial: 3,
  /** Something could not be removed, and is named. */
  leftovers: 4,
  /** A snapshot did not prove to boot, and was not published. */
  unproven: 5,
  /** SIGHUP: the terminal was closed. */
  hungUp: 129,
  /** SIGINT, as shells report it. */
  interrupted: 130,
  /** SIGTERM, as shells report it. */
  terminated: 143,
} as const

/** The exit code of an error that ended a command. */
export function exitCodeOf(error: unknown): number {
  // Ctrl-C at a prompt, where it is a key and no signal.
  if (error instanceof TalosImageError && error.code === 'interrupted') return EXIT.interrupted
  return error instanceof TalosImageError && ERROR_CODES[error.code] === 'input' ? EXIT.badInput : EXIT.failed
}

/**
 * The exit code of a run that came to its end, as if the images of all its projects were one project's. What is left behind
 * counts before the rest, since it costs money; then comes what does not boot.
 */
export function exitCodeOfRun(results: readonly Pick<Outcome, 'snapshots' | 'failed' | 'leftovers'>[]): number {
  if (results.some(({ leftovers }) => leftovers.length > 0)) return EXIT.leftovers
  if (results.every(({ failed }) => failed.length === 0)) return EXIT.success
  if (results.some(({ failed }) => failed.some(({ error }) => error.code === 'boot'))) return EXIT.unproven
  return results.every(({ snapshots }) => snapshots.length === 0) ? EXIT.failed : EXIT.partial
}
