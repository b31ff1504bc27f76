/** One poller for everything that waits for an action of the cloud, so that many builds need few requests. */

import { TalosImageError } from '../errors.ts'
import type { Clock } from '../util/clock.ts'
import { startDeadline } from '../util/deadline.ts'
import { isInDoubt, isNotDone } from './transport/retry.ts'
import type { Action } from './wire.ts'

export interface WaitOptions {
  readonly signal: AbortSignal
  /** How long to wait at most, in milliseconds. */
  readonly timeoutMs: number
  /** What is waited for, for messages: "server 42 to be created". */
  readonly name: string
  /** Whether it belongs to clean-up, which may use the part of the rate budget that others leave alone. */
  readonly urgent?: boolean
}

export interface ActionWaiter {
  /**
   * Waits until the action has ended well.
   * @throws TalosImageError `api` when the action failed, `timeout` when it did not end in time;
   *   the signal's reason when the signal aborts
   */
  wait(action: Action, options: WaitOptions): Promise<void>
}

interface Waiting {
  readonly id: number
  readonly since: number
  readonly urgent: boolean
  readonly settle: (action: Action) => void
  readonly fail: (error: unknown) => void
}

/** Most IDs that one request may ask for (the API's page limit). */
const BATCH = 50
const SHORTEST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 5000

/** @param fetchActions reads the present state of at most 50 actions */
export function createActionWaiter(
  fetchActions: (ids: readonly number[], urgent: boolean) => Promise<Action[]>,
  clock: Clock,
): ActionWaiter {
  const waiting = new Set<Waiting>()
  let polling = false
  /** Cuts the present pause short. */
  let pause = new AbortController()

  async function poll(): Promise<void> {
    polling = true
    while (waiting.size > 0) {
      pause = new AbortController()
      const slept = clock.sleep(pauseMs(waiting, clock.now()), pause.signal)
      // A long pause for an old action is cut short when a new one joins, or when nobody waits any more.
      if (
        !(await slept.then(
          () => true,
          () => false,
        ))
      )
        continue
      const ids = [...new Set([...waiting].map(({ id }) => id))]
      for (let start = 0; start < ids.length; start += BATCH) await pollBatch(ids.slice(start, start + BATCH))
    }
    polling = false
  }

  async function pollBatch(ids: readonly number[]): Promise<void> {
    try {
      const urgent = waitingFor(ids).some((one) => one.urgent)
      for (const action of await fetchActions(ids, urgent)) {
        if (action.status !== 'running') for (const one of waitingFor([action.id])) one.settle(action)
      }
    } catch (error) {
      // A bad moment of the API is waited out: each wait has its own deadline, and what it waits for goes on.
      if (isInDoubt(error) || isNotDone(error)) return
      for (const one of waitingFor(ids)) one.fail(error)
    }
  }

  const waitingFor = (ids: readonly number[]): Waiting[] => [...waiting].filter(({ id }) => ids.includes(id))

  return {
    async wait(action, { signal, timeoutMs, name, urgent = false }) {
      if (action.status !== 'running') return assertSuccess(action, name)
      signal.throwIfAborted()
      using deadline = startDeadline(signal, timeoutMs)
      const ended = await new Promise<Action>((resolve, reject) => {
        const finish = (): void => {
          waiting.delete(one)
          deadline.signal.removeEventListener('abort', onStop)
          if (waiting.size === 0) pause.abort()
        }
        const settle = (last: Action): void => {
          finish()
          resolve(last)
        }
        const fail = (error: unknown): void => {
          finish()
          reject(error)
        }
        const onStop = (): void => fail(deadline.expired ? tookTooLong(name, timeoutMs) : signal.reason)
        deadline.signal.addEventListener('abort', onStop, { once: true })
        const one: Waiting = { id: action.id, since: clock.now(), urgent, settle, fail }
        waiting.add(one)
        if (polling) pause.abort()
        else void poll()
      })
      assertSuccess(ended, name)
    },
  }
}

/** Polls often what has just begun, and ever more rarely what takes long anyway. */
function pauseMs(waiting: Iterable<Waiting>, now: number): number {
  let youngest = Number.POSITIVE_INFINITY
  for (const { since } of waiting) youngest = Math.min(youngest, now - since)
  return Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, youngest * 0.4))
}

function assertSuccess(action: Action, name: string): void {
  if (action.status === 'success') return
  const { code, message } = action.error ?? { code: 'unknown', message: 'no reason given' }
  throw new TalosImageError({
    code: code === 'resource_unavailable' || code === 'placement_error' ? 'stock' : 'api',
    message: `waiting for ${name}: the action ${action.command} (${action.id}) failed: ${message} (${code})`,
  })
}

function tookTooLong(name: string, timeoutMs: number): TalosImageError {
  return new TalosImageError({ code: 'timeout', message: `waited ${Math.round(timeoutMs / 1000)} s for ${name}` })
}
