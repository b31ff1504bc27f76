/** Waits until Talos answers at a server, and tells what was seen when it does not. */

import type { Clock } from '../../util/clock.ts'
import { startDeadline } from '../../util/deadline.ts'
import { NO_TRACE, type Trace, traced } from '../../util/trace.ts'
import { askTalos, type Sighting, type TalosFacts, type TalosFailure } from './ask-talos.ts'

export interface WaitForTalosOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** How long to try, in milliseconds. */
  readonly timeoutMs: number
  readonly trace?: Trace | undefined
  /** Is called before each try; an error that it throws ends the wait. */
  readonly beforeTry?: () => Promise<void>
  readonly ask?: typeof askTalos
}

/** What was seen in the end, and how often what failed before. */
export type TalosOutcome =
  | Extract<Sighting, { kind: 'talos' }>
  | { readonly kind: 'nothing'; readonly last: TalosFailure; readonly seen: ReadonlyMap<TalosFailure, number> }

const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 2000
/** A machine that boots drops packets: a try takes at most so long, and at most a tenth of the whole time. */
const MOST_TRY_MS = 10_000
const LEAST_TRY_MS = 1000
/** How often it is asked again for what its platform tells it a moment after it answers. */
const MOST_LOOKS = 4

/** @throws the signal's reason when it aborts; what `beforeTry` throws */
export async function waitForTalos(
  { host, port }: { readonly host: string; readonly port: number },
  { clock, signal, timeoutMs, trace = NO_TRACE, beforeTry, ask = askTalos }: WaitForTalosOptions,
): Promise<TalosOutcome> {
  const until = clock.now() + timeoutMs
  const tryMs = Math.max(LEAST_TRY_MS, Math.min(MOST_TRY_MS, timeoutMs / 10))
  const seen = new Map<TalosFailure, number>()
  let looks = 0
  let last: TalosFailure = 'timed out'
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.5)) {
    await beforeTry?.()
    const attempt = (): Promise<Sighting> => tryOnce(ask, host, port, tryMs, signal)
    const sighting = await traced(trace, 'talos', { host, port }, attempt, (found) => ({ ...found }))
    const isLate = clock.now() + pauseMs >= until
    if (sighting.kind === 'talos') {
      looks += 1
      if (isComplete(sighting.facts) || looks === MOST_LOOKS || isLate) return sighting
    } else {
      last = sighting.failure
      seen.set(last, (seen.get(last) ?? 0) + 1)
      // Neither a configuration nor a trusted certificate goes away again.
      if (isLate || last === 'client certificate wanted') return { kind: 'nothing', last, seen }
    }
    await clock.sleep(pauseMs, signal)
  }
}

/** Whether all is told that Talos learns only while it boots. */
const isComplete = ({ schematic, instance }: TalosFacts): boolean => schematic !== undefined && instance !== undefined

async function tryOnce(
  ask: typeof askTalos,
  host: string,
  port: number,
  tryMs: number,
  signal: AbortSignal,
): Promise<Sighting> {
  using deadline = startDeadline(signal, tryMs)
  try {
    return await ask(host, port, deadline.signal)
  } catch (error) {
    signal.throwIfAborted()
    if (!deadline.expired) throw error
    return { kind: 'nothing', failure: 'timed out' }
  }
}
