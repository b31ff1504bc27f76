/** Runs actions: what takes time in the cloud, and locks what it works on. */

import { once, setMaxListeners } from 'node:events'
import type { Clock } from '../clock.ts'
import { SandboxError } from '../errors.ts'
import type { ActionResource, StoredAction } from './entities.ts'
import { actionLatencyMs } from './latency.ts'
import type { FailAction, LatencyProfile } from './options.ts'
import type { Store } from './store.ts'

export interface ActionSpec {
  readonly project: string
  readonly command: string
  readonly resources: readonly ActionResource[]
  /** Starts only when this one has succeeded, and fails when it has failed. */
  readonly after?: StartedAction | undefined
  /**
   * The work. `latency` waits as long as the profile says that the action takes: what is done before it happens at
   * once, what is done after it when the action ends. An error makes the action fail with its message.
   */
  readonly work: (latency: () => Promise<void>) => Promise<void>
  /** Called when the action has failed, to leave things in order. */
  readonly onFailure?: (() => void | Promise<void>) | undefined
}

export interface StartedAction {
  readonly action: StoredAction
  /** Resolves when the action has ended, well or not. */
  readonly ended: Promise<void>
}

export interface ActionEngine {
  /** Starts an action. It is `running` at least until the caller's current turn is over. */
  start(spec: ActionSpec): StartedAction
  /** Whether an action runs on this resource. */
  isLocked(type: ActionResource['type'], id: number): boolean
  /** Resolves when no action runs. */
  idle(): Promise<void>
  /** Cuts all waits short, so that running actions fail; resolves when they have ended. */
  close(): Promise<void>
}

export interface ActionEngineOptions {
  readonly store: Store
  readonly clock: Clock
  readonly latency: LatencyProfile
  readonly failAction?: FailAction | undefined
}

export function createActionEngine({ store, clock, latency, failAction }: ActionEngineOptions): ActionEngine {
  const running = new Set<Promise<void>>()
  const closing = new AbortController()
  // Each waiting action listens to it, so Node.js's warning about many listeners would be a false alarm.
  setMaxListeners(0, closing.signal)

  async function run(action: StoredAction, spec: ActionSpec, latencyMs: number): Promise<void> {
    try {
      await spec.after?.ended
      if (spec.after?.action.status === 'error') throw new Error('the action before it has failed')
      const fault = failAction?.(spec.command, spec.resources)
      await spec.work(async () => {
        if (latencyMs > 0) await clock.sleep(latencyMs, closing.signal)
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
      const ownMs = actionLatencyMs(latency, spec.command)
      const action: StoredAction = {
        id: store.nextId('action'),
        project: spec.project,
        command: spec.command,
        status: 'running',
        started: clock.now(),
        finished: null,
        expectedMs: ownMs + (spec.after?.action.expectedMs ?? 0),
        resources: [...spec.resources],
        error: null,
      }
      store.state.actions.push(action)
      store.touch()
      // A later turn: the answer to the request that started it shows it running, as the real one does.
      const ended = new Promise<void>((resolve) => setImmediate(resolve)).then(() => run(action, spec, ownMs))
      running.add(ended)
      const forget = () => running.delete(ended)
      ended.then(forget, forget)
      return { action, ended }
    },
    isLocked: (type, id) =>
      store.state.actions.some(
        (action) =>
          action.status === 'running' &&
          action.resources.some((resource) => resource.type === type && resource.id === id),
      ),
    idle,
    async close() {
      closing.abort(new Error('the sandbox ended before the action was done'))
      await idle()
    },
  }
}

/** An error with a code of its own, as a scripted fault wants it. */
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
