/** One poller for all waits for actions, so that many builds need few requests. */

import { TalosImageError } from '../errors.ts'
import type { Clock } from '../util/clock.ts'
import { startDeadline } from '../util/deadline.ts'
import {
  chooseBatches,
  durationMs,
  firstPauseMs,
  gather,
  LONGEST_PAUSE_MS,
  type Look,
  nextPause,
} from './action-pace.ts'
import { isTemporary } from './transport/retry.ts'
import type { Action } from './wire.ts'

export interface WaitOptions {
  readonly signal: AbortSignal
  /** How long to wait at most, in milliseconds. */
  readonly timeoutMs: number
  /** What is waited for, for messages, such as "server 42 to be created". */
  readonly name: string
  /** Whether it belongs to clean-up, which may use the reserve of the rate limit. */
  readonly urgent?: boolean
  /**
   * Whether the wait is over already when the action should have ended, as its progress tells: for who looks at the result
   * anyway, and waits again when it is not there yet.
   */
  readonly untilDue?: boolean
}

/** An action that ended with an error; most do so for a moment only. */
export class ActionFailure extends TalosImageError {}

export interface ActionWaiter {
  /**
   * Waits until the action has succeeded.
   * @throws ActionFailure `api` or `stock` when the action failed; TalosImageError `timeout` when it did not end in time;
   *   the signal's reason when the signal aborts
   */
  wait(action: Action, options: WaitOptions): Promise<void>
}

interface Waiting extends Look {
  readonly since: number
  readonly urgent: boolean
  readonly untilDue: boolean
  lookAt: number
  /** Whether the action should have ended then. */
  isEnd: boolean
  /** Percent, the highest so far. */
  progress: number
  toldAt: number
  readonly settle: (action?: Action) => void
  readonly fail: (error: unknown) => void
}

/** @param fetchActions reads the present state of at most 50 actions */
export function createActionWaiter(
  fetchActions: (ids: readonly number[], urgent: boolean) => Promise<Action[]>,
  clock: Clock,
): ActionWaiter {
  const waiting = new Set<Waiting>()
  /** How long the last action took, by command. */
  const lastMs = new Map<string, number>()
  let polling = false
  let pause = new AbortController()

  async function poll(): Promise<void> {
    polling = true
    while (waiting.size > 0) {
      pause = new AbortController()
      const now = clock.now()
      const at = Math.max(now, gather(Math.min(...[...waiting].map(({ lookAt }) => lookAt)), waiting.size))
      // Limited, in case the clock was set back.
      const slept = clock.sleep(Math.min(at - now, LONGEST_PAUSE_MS), pause.signal)
      // The pause is aborted when a new wait may be due earlier, and when no wait is left.
      if (
        !(await slept.then(
          () => true,
          () => false,
        ))
      )
        continue
      for (const one of waiting) if (one.untilDue && one.isEnd && one.lookAt <= at) one.settle()
      for (const ids of chooseBatches(waiting, at)) await pollBatch(ids, at)
    }
    polling = false
  }

  /** @param at when this poll was due */
  async function pollBatch(ids: readonly number[], at: number): Promise<void> {
    try {
      const urgent = waitingFor(ids).some((one) => one.urgent)
      const actions = new Map((await fetchActions(ids, urgent)).map((action) => [action.id, action]))
      for (const one of waitingFor(ids)) {
        const action = actions.get(one.id)
        if (action === undefined || action.status === 'running') plan(one, action?.progress ?? 0, at)
        else one.settle(action)
      }
    } catch (error) {
      // A temporary error is ignored: the action goes on, and each wait has its own deadline.
      const mayPass = isTemporary(error)
      for (const one of waitingFor(ids)) {
        if (mayPass) plan(one, 0, at)
        else one.fail(error)
      }
    }
  }

  /** Plans the next poll, unless the action was not due yet and only filled up a batch. */
  function plan(one: Waiting, progress: number, at: number): void {
    if (one.lookAt > at) return
    const now = clock.now()
    if (progress > one.progress) {
      one.progress = progress
      one.toldAt = now
    }
    const { ms, isEnd } = nextPause({ ageMs: now - one.since, progress: one.progress, stillMs: now - one.toldAt })
    one.lookAt = now + ms
    one.isEnd = isEnd
  }

  const waitingFor = (ids: readonly number[]): Waiting[] => [...waiting].filter(({ id }) => ids.includes(id))

  return {
    async wait(action, { signal, timeoutMs, name, urgent = false, untilDue = false }) {
      if (action.status !== 'running') return assertSuccess(action, name)
      signal.throwIfAborted()
      using deadline = startDeadline(signal, timeoutMs)
      const since = clock.now()
      const ended = await new Promise<Action | undefined>((resolve, reject) => {
        const finish = (): void => {
          waiting.delete(one)
          deadline.signal.removeEventListener('abort', onStop)
          if (waiting.size === 0) pause.abort()
        }
        const settle = (last?: Action): void => {
          finish()
          if (last?.status === 'success') lastMs.set(last.command, durationMs(last, clock.now() - since))
          resolve(last)
        }
        const fail = (error: unknown): void => {
          finish()
          reject(error)
        }
        const onStop = (): void => fail(deadline.expired ? timedOut(name, timeoutMs) : signal.reason)
        deadline.signal.addEventListener('abort', onStop, { once: true })
        const { id, progress } = action
        const lookAt = since + firstPauseMs(action, lastMs.get(action.command))
        const known = { since, urgent, untilDue, settle, fail }
        const one: Waiting = { ...known, id, lookAt, isEnd: false, progress, toldAt: since }
        waiting.add(one)
        if (polling) pause.abort()
        else void poll()
      })
      if (ended !== undefined) assertSuccess(ended, name)
    },
  }
}

function assertSuccess(action: Action, name: string): void {
  if (action.status === 'success') return
  const { code, message } = action.error ?? { code: 'unknown', message: 'no reason given' }
  throw new ActionFailure({
    code: code === 'resource_unavailable' || code === 'placement_error' ? 'stock' : 'api',
    message: `waiting for ${name}: the action ${action.command} (${action.id}) failed: ${message} (${code})`,
  })
}

function timedOut(name: string, timeoutMs: number): TalosImageError {
  return new TalosImageError({ code: 'timeout', message: `waited ${Math.round(timeoutMs / 1000)} s for ${name}` })
}
