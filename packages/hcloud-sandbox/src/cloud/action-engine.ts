/** Actions: what takes time in the cloud, and locks what it works on. */

import { once, setMaxListeners } from 'node:events'
import * as v from 'valibot'
import type { Clock } from '../clock.ts'
import { SandboxError } from '../errors.ts'
import type { FailAction } from './options.ts'
import type { Store } from './table.ts'
import { defineTable, Id, OWNED, type ResourceRef } from './table.ts'
import { formatTime } from './time.ts'

const StoredAction = v.object({
  ...OWNED,
  command: v.string(),
  status: v.picklist(['running', 'success', 'error']),
  started: v.number(),
  finished: v.nullable(v.number()),
  /** How long it is expected to take, for the progress. */
  expectedMs: v.number(),
  resources: v.array(v.object({ id: Id, type: v.string() })),
  error: v.nullable(v.object({ code: v.string(), message: v.string() })),
})
export type StoredAction = v.InferOutput<typeof StoredAction>

export const actions = defineTable('action', {
  firstId: 600_000_000,
  schema: StoredAction,
  settle(rows, now) {
    for (const action of rows) {
      if (action.status !== 'running') continue
      action.status = 'error'
      action.finished = now
      action.error = { code: 'action_failed', message: ENDED }
    }
    return rows
  },
})

const ENDED = 'the sandbox ended before the action was done'

/** Finished actions beyond this many are forgotten, oldest first. */
const MAX_ACTIONS = 2000

/** An action as the API shows it; its progress is the share of the expected time that has passed. */
export function showAction(action: StoredAction, now: number) {
  return {
    id: action.id,
    command: action.command,
    status: action.status,
    progress: progressOf(action, now),
    started: formatTime(action.started),
    finished: action.finished === null ? null : formatTime(action.finished),
    resources: action.resources.map(({ id, type }) => ({ id, type })),
    error: action.error,
  }
}

/** Percent. */
function progressOf({ status, started, expectedMs }: StoredAction, now: number): number {
  if (status !== 'running') return 100
  // An action that takes no time is as good as done.
  if (expectedMs === 0) return 99
  return Math.min(99, Math.max(0, Math.floor((100 * (now - started)) / expectedMs)))
}

export interface ActionSpec {
  readonly project: string
  readonly command: string
  /** What it is about, and locks. */
  readonly resources: readonly ResourceRef[]
  /** Starts only when this one has succeeded, and fails when it has failed. */
  readonly after?: StartedAction | undefined
  /**
   * The work. `latency` waits as long as the profile says that the action takes: what is done before it happens at
   * once, what is done after it when the action ends. An error makes the action fail with its message.
   */
  readonly work: ActionWork
  /** Called when the action has failed, to leave things in order. */
  readonly onFailure?: (() => void | Promise<void>) | undefined
}

export type ActionWork = (latency: () => Promise<void>) => Promise<void>

/** Work that is one change, made when the action ends. */
export const atEnd =
  (change: () => unknown): ActionWork =>
  async (latency) => {
    await latency()
    await change()
  }

export interface StartedAction {
  readonly action: StoredAction
  /** As the API shows it now. */
  readonly shown: ReturnType<typeof showAction>
  /** Resolves when the action has ended, well or not. */
  readonly ended: Promise<void>
}

export interface ActionEngine {
  /** Starts an action. It is `running` at least until the caller's current turn is over. */
  start(spec: ActionSpec): StartedAction
  /** Whether an action runs on this resource. */
  isLocked(resource: ResourceRef): boolean
  /** Resolves when no action runs. */
  idle(): Promise<void>
  /** Cuts all waits short, so that running actions fail; resolves when they have ended. */
  close(): Promise<void>
}

export interface ActionEngineOptions {
  readonly store: Store
  readonly clock: Clock
  /** How long an action with this command takes, in milliseconds. */
  readonly latencyMs: (command: string) => number
  readonly failAction?: FailAction | undefined
}

export function createActionEngine({ store, clock, latencyMs, failAction }: ActionEngineOptions): ActionEngine {
  const running = new Set<Promise<void>>()
  const closing = new AbortController()
  // Each waiting action listens to it, so Node.js's warning about many listeners would be a false alarm.
  setMaxListeners(0, closing.signal)

  async function run(action: StoredAction, spec: ActionSpec, ownMs: number): Promise<void> {
    try {
      await spec.after?.ended
      if (spec.after?.action.status === 'error') throw new Error('the action before it has failed')
      const fault = failAction?.(spec.command, spec.resources)
      await spec.work(async () => {
        if (ownMs > 0) await clock.sleep(ownMs, closing.signal)
        if (fault === 'never ends' && !closing.signal.aborted) await once(closing.signal, 'abort')
        closing.signal.throwIfAborted()
        if (typeof fault === 'object') throw new ActionFault(fault)
      })
      action.status = 'success'
    } catch (error) {
      action.status = 'error'
      action.error = toActionError(error)
      await spec.onFailure?.()
    }
    action.finished = clock.now()
    store.touch()
    await store.save()
  }

  async function idle(): Promise<void> {
    while (running.size > 0) await Promise.allSettled(running)
  }

  return {
    start(spec) {
      const ownMs = latencyMs(spec.command)
      const action: StoredAction = {
        id: actions.nextId(store),
        project: spec.project,
        command: spec.command,
        status: 'running',
        started: clock.now(),
        finished: null,
        expectedMs: ownMs + (spec.after?.action.expectedMs ?? 0),
        resources: [...spec.resources],
        error: null,
      }
      actions.add(store, action)
      forgetOldActions(store)
      // A later turn: the answer to the request that started it shows it running, as the real one does.
      const ended = new Promise<void>((resolve) => setImmediate(resolve)).then(() => run(action, spec, ownMs))
      running.add(ended)
      const forget = () => running.delete(ended)
      ended.then(forget, forget)
      return { action, shown: showAction(action, clock.now()), ended }
    },
    isLocked: ({ type, id }) =>
      actions
        .rows(store)
        .some(
          ({ status, resources }) =>
            status === 'running' && resources.some((one) => one.type === type && one.id === id),
        ),
    idle,
    async close() {
      closing.abort(new Error(ENDED))
      await idle()
    },
  }
}

function forgetOldActions(store: Store): void {
  const surplus = actions.rows(store).length - MAX_ACTIONS
  if (surplus <= 0) return
  const finished = actions.rows(store).filter(({ status }) => status !== 'running')
  for (const action of finished.slice(0, surplus)) actions.remove(store, action)
}

/** An error with a code of its own, for a fault. */
class ActionFault extends Error {
  readonly code: string

  constructor(fault: { readonly code: string; readonly message: string }) {
    super(fault.message)
    this.code = fault.code
  }
}

function toActionError(error: unknown): { code: string; message: string } {
  if (error instanceof ActionFault) return { code: error.code, message: error.message }
  if (error instanceof SandboxError && error.hint !== undefined) {
    return { code: 'action_failed', message: `${error.message} (${error.hint})` }
  }
  return { code: 'action_failed', message: error instanceof Error ? error.message : String(error) }
}
