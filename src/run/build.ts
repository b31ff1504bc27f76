/** A run: builds all images of a plan concurrently; each succeeds or fails on its own. */

import { setMaxListeners } from 'node:events'
import type { Readable } from 'node:stream'
import { TalosImageError, throwProblems } from '../errors.ts'
import type { FactoryClient } from '../factory/client.ts'
import type { HetznerClient } from '../hetzner/client.ts'
import type { Plan } from '../plan/plan.ts'
import { type CleanupListener, CleanupScope } from '../util/cleanup-scope.ts'
import { type Clock, systemClock } from '../util/clock.ts'
import { ignoreErrors } from '../util/ignore-errors.ts'
import { NO_TRACE, type Trace } from '../util/trace.ts'
import type { EventListener } from './events.ts'
import type { OnError } from './failed-server.ts'
import { Lease } from './lease.ts'
import { findLimitProblems } from './option-limits.ts'
import type { BuildResult, RunningBuild } from './result.ts'
import { createRunId, type Run } from './run.ts'
import { createRunImages, type OpenRun, toProblem } from './run-images.ts'
import { ServerQueue } from './server-queue.ts'
import type { StockPatience } from './timeouts.ts'
import { TIMEOUTS, type Timeouts } from './timeouts.ts'
import { commandBefore } from './unprotect.ts'

/** What to build, and where. */
export interface BuildOptions {
  /** The project that the plan was made for. */
  readonly hetzner: HetznerClient
  /** What to build; {@link plan} makes it. */
  readonly plan: Plan
  /** The Factory that the plan was made with; needed only for one with a login or its own certificate authority. */
  readonly factory?: FactoryClient | undefined
  /** Aborting it stops the work and starts the clean-up. */
  readonly signal?: AbortSignal | undefined
  /** Is called with each event. */
  readonly onEvent?: EventListener | undefined
  /** SSH port of the build servers, from 1 to 65535; 22 by default. The sandbox's servers use another one. */
  readonly sshPort?: number | undefined
  /** Port at which Talos answers on servers of a boot test, from 1 to 65535; 50000 by default. The sandbox's servers use another one. */
  readonly talosPort?: number | undefined
  /** How long each wait may take, up to 24 hours; minutes by default. */
  readonly timeouts?: Partial<Timeouts> | undefined
  /** @internal */
  readonly clock?: Clock
  /** Opens standard input, for a plan with an image that is read from it. */
  readonly openStdin?: (() => Readable) | undefined
  /**
   * Whether an image fails whose build server cannot prove that it is the one of the API. By default that is a note, and in the
   * result.
   */
  readonly requireHostProof?: boolean | undefined
  /** What becomes of the server of an image that failed; by default it is removed. An interrupted run keeps none. */
  readonly onError?: OnError | undefined
  /**
   * How many images are built at once; all of them by default.
   * @internal
   */
  readonly parallel?: number | undefined
  /** How to wait for servers that are out of stock; by default the build does not wait. */
  readonly stock?: StockPatience | undefined
  /**
   * Receives events, SSH connections and commands, for a debug log.
   * @internal
   */
  readonly trace?: Trace
}

/**
 * Builds a plan's images concurrently, and waits for the end of the build and of the clean-up. An image that fails does
 * not stop the others, so look at each result. When the signal is aborted, the build stops, removes its temporary
 * resources, and gives a result in which unfinished images have failed with the code `interrupted`.
 * @throws TalosImageError when the build could not begin, such as `token` or `api`, or `usage` for a port or
 * a wait that cannot be; nothing is left behind then
 * @example
 * ```ts
 * const { images, leftovers } = await build({ hetzner, plan: made, onEvent: (event) => console.log(event.type) })
 * for (const result of images) {
 *   console.log(result.image.name, result.status === 'failed' ? result.problem.message : result.snapshot.id)
 * }
 * ```
 */
export function build(options: BuildOptions): Promise<BuildResult> {
  return startBuild(options).result
}

/**
 * The ID of a new run, and what its options and their defaults make of it.
 * @internal
 */
export function toRun(options: Pick<BuildOptions, 'clock' | 'trace' | 'onEvent' | 'timeouts' | 'signal'>) {
  const clock = options.clock ?? systemClock
  const trace = ignoreErrors(options.trace ?? NO_TRACE)
  const emit: EventListener = ignoreErrors((event) => {
    trace('event', event)
    options.onEvent?.(event)
  })
  const timeouts = { ...TIMEOUTS, ...options.timeouts }
  const signal = options.signal ?? new AbortController().signal
  // Every wait of every image listens to it: Node.js would warn about too many listeners.
  setMaxListeners(0, signal)
  return { id: createRunId(), clock, trace, emit, timeouts, signal }
}

/** As {@link build}, but also tells, while it runs, which resources exist: for a program that may have to end at once. */
export function startBuild({ plan, ...options }: BuildOptions): RunningBuild {
  const { id, add, close, pending } = openRun(options)
  const runImages = async (): Promise<BuildResult> => {
    const added = await add(plan).catch((error: unknown) => ({ error }))
    const closed = await close()
    if (!('error' in added)) return { run: id, images: added.images, leftovers: [...added.leftovers, ...closed] }
    if (closed.length === 0) throw added.error
    // Leftovers are part of a result, so this is one instead of an error.
    const problem = toProblem(added.error, options.signal)
    return {
      run: id,
      images: plan.images.map((image) => ({ image, status: 'failed', problem, ms: 0 })),
      leftovers: closed,
    }
  }
  return { run: id, result: runImages(), pending }
}

/**
 * Opens a run that images are added to as they come. It must be closed, which removes what the images share.
 * @internal
 */
export function openRun(options: Omit<BuildOptions, 'plan'>): OpenRun {
  const { id, clock, trace, emit, timeouts, signal } = toRun(options)
  const scopes: CleanupScope[] = []
  const openScope = (): CleanupScope => {
    const listener: CleanupListener = {
      onRemoving: ({ name }) => emit({ type: 'removing', name }),
      onRemoved: ({ name }) => emit({ type: 'removed', name }),
    }
    const scope = new CleanupScope(timeouts.removeMs, listener, commandBefore)
    scopes.push(scope)
    return scope
  }
  const run: Run = {
    id,
    hetzner: options.hetzner,
    clock,
    signal,
    emit,
    lease: new Lease(id, clock, options.hetzner.now),
    sshPort: options.sshPort ?? 22,
    talosPort: options.talosPort ?? 50_000,
    timeouts,
    accessFor: options.factory?.accessFor ?? (async () => ({})),
    openStdin: options.openStdin ?? noStdin,
    requireHostProof: options.requireHostProof,
    onError: options.onError,
    stock: options.stock ?? { waitMs: 0, look: async ({ placements }) => placements },
    serverQueue: new ServerQueue(),
    deleted: [],
    trace,
  }
  const { add, close } = createRunImages(run, openScope, options.parallel)
  return {
    id,
    add: async (plan, imageSignal) => {
      throwProblems(findLimitProblems(options))
      return add(plan, imageSignal)
    },
    close,
    pending: () => scopes.flatMap((scope) => scope.pending),
  }
}

function noStdin(): never {
  throw new TalosImageError({ code: 'usage', message: 'no standard input was given' })
}
