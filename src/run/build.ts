/** A run: builds all images of a plan concurrently; each succeeds or fails on its own. */

import { setMaxListeners } from 'node:events'
import type { Readable } from 'node:stream'
import { type Problem, TalosImageError, throwProblems } from '../errors.ts'
import type { FactoryClient } from '../factory/client.ts'
import type { HetznerClient } from '../hetzner/client.ts'
import { isToDo, type Plan, type PlannedImage } from '../plan/plan.ts'
import { CleanupScope, type Leftover } from '../util/cleanup-scope.ts'
import { type Clock, systemClock } from '../util/clock.ts'
import { ignoreErrors } from '../util/ignore-errors.ts'
import { NO_TRACE, type Trace } from '../util/trace.ts'
import { type BuiltImage, buildImage, testExisting } from './build-image.ts'
import type { EventListener } from './events.ts'
import type { OnError } from './failed-server.ts'
import { keepFailed } from './keep-server.ts'
import { Lease } from './lease.ts'
import { findLimitProblems } from './option-limits.ts'
import type { BuildResult, ExistingResult, ImageResult, RunningBuild } from './result.ts'
import { createRunId, type ImageBuild, type Run } from './run.ts'
import { ServerQueue } from './server-queue.ts'
import { removeStayed } from './steps/primary-ips.ts'
import { createSshKey } from './steps/ssh-key.ts'
import { findTemporary, isAbandoned, removeTemporary } from './sweep.ts'
import type { StockPatience } from './timeouts.ts'
import { TIMEOUTS, type Timeouts } from './timeouts.ts'

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
export function startBuild(options: BuildOptions): RunningBuild {
  const { id, clock, trace, emit, timeouts, signal } = toRun(options)
  const scopes: CleanupScope[] = []
  const openScope = (): CleanupScope => {
    const scope = new CleanupScope(timeouts.removeMs, {
      onRemoving: ({ name }) => emit({ type: 'removing', name }),
      onRemoved: ({ name }) => emit({ type: 'removed', name }),
    })
    scopes.push(scope)
    return scope
  }
  const runImages = async (): Promise<BuildResult> => {
    throwProblems(findLimitProblems(options))
    const { images } = options.plan
    emit({ type: 'run-started', run: id, images: images.map(({ name }) => name) })
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
    if (images.some(isToDo)) return runWithKey(run, options.plan, openScope)
    const results = images.flatMap((image) => existing(image, emit))
    // Resources of earlier runs cost money even when there is nothing to build.
    try {
      await sweep(run, options.plan)
    } finally {
      await run.lease.close()
    }
    return { run: id, images: results, leftovers: [] }
  }
  return { run: id, result: runImages(), pending: () => scopes.flatMap((scope) => scope.pending) }
}

async function runWithKey(run: Run, plan: Plan, openScope: () => CleanupScope): Promise<BuildResult> {
  const { images } = plan
  const scope = openScope()
  const leftovers: Leftover[] = []
  const close = async (): Promise<void> => {
    await removeStayed(run, scope)
    leftovers.push(...(await scope.close()))
    await run.lease.close()
    for (const leftover of leftovers) run.emit({ type: 'leftover', leftover })
  }
  let results: ImageResult[]
  try {
    const key = await createSshKey(run, scope)
    const [built] = await Promise.all([
      Promise.all(
        images.map(async (image) => {
          const [done] = existing(image, run.emit)
          return done ?? runImage({ ...run, key, scope: openScope(), live: [] }, image, leftovers)
        }),
      ),
      sweep(run, plan),
    ])
    results = built
  } catch (error) {
    await close()
    if (leftovers.length === 0) throw error
    // Leftovers are part of a result, so this is one instead of an error.
    const problem = toProblem(error, run.signal)
    return { run: run.id, images: images.map((image) => ({ image, status: 'failed', problem, ms: 0 })), leftovers }
  }
  await close()
  return { run: run.id, images: results, leftovers }
}

/**
 * Removes what earlier runs left behind; the planning has seen their snapshots. When that fails, the build goes on.
 * @internal
 */
export async function sweep(
  { hetzner, clock, signal, timeouts, emit }: Pick<Run, 'hetzner' | 'clock' | 'signal' | 'timeouts' | 'emit'>,
  { unpublished }: Pick<Plan, 'unpublished'>,
): Promise<void> {
  try {
    const found = await findTemporary(hetzner, { snapshots: unpublished, signal })
    const abandoned = found.filter((thing) => isAbandoned(thing, hetzner.now()))
    const note = (text: string): void => emit({ type: 'note', text })
    const leftovers = await removeTemporary(hetzner, abandoned, {
      clock,
      signal,
      timeoutMs: timeouts.actionMs,
      onlyAbandoned: true,
      listener: { onRemoved: ({ name }) => note(`removed ${name}, which an earlier run left behind`) },
    })
    for (const { name, reason } of leftovers) note(`${name} of an earlier run could not be removed: ${reason}`)
  } catch (error) {
    if (signal.aborted) return
    const reason = error instanceof Error ? error.message : String(error)
    emit({ type: 'note', text: `could not look for what earlier runs left behind: ${reason}` })
  }
}

function existing(image: PlannedImage, emit: EventListener): ExistingResult[] {
  if (image.existing === undefined || isToDo(image)) return []
  emit({ type: 'image-existing', image: image.name, snapshot: image.existing.id })
  return [{ image, status: 'existing', snapshot: image.existing }]
}

async function runImage(run: ImageBuild, image: PlannedImage, leftovers: Leftover[]): Promise<ImageResult> {
  const { scope } = run
  const started = run.clock.now()
  const cleanUp = async (): Promise<void> => {
    if (scope.pending.length === 0) return
    const began = run.clock.now()
    run.emit({ type: 'step-started', image: image.name, step: 'clean-up' })
    leftovers.push(...(await scope.close()))
    run.emit({ type: 'step-finished', image: image.name, step: 'clean-up', ms: run.clock.now() - began })
  }
  try {
    const built = await workOn(run, image)
    await cleanUp()
    const ms = run.clock.now() - started
    if (built.status === 'existing') {
      run.emit({ type: 'image-existing', image: image.name, snapshot: built.snapshot.id })
      return { image, ...built }
    }
    run.emit({ type: 'image-built', image: image.name, snapshot: built.snapshot.id, ms })
    return { image, ms, ...built }
  } catch (error) {
    // Decided before the clean-up, during which the signal may abort.
    const problem = toProblem(error, run.signal)
    const kept = await keepFailed(run, image, problem)
    await cleanUp()
    const { older } = image
    if (
      problem.code === 'stock' &&
      image.existing === undefined &&
      run.stock.allowOlder === true &&
      older !== undefined
    ) {
      run.emit({
        type: 'note',
        image: image.name,
        text: `${problem.message}; the older snapshot ${older.id} stands in`,
      })
      return { image, status: 'older', snapshot: older }
    }
    const ms = run.clock.now() - started
    run.emit({ type: 'image-failed', image: image.name, problem, ms })
    return { image, status: 'failed', problem, ms, kept }
  } finally {
    run.serverQueue.removed(image.name)
  }
}

function workOn(run: ImageBuild, image: PlannedImage): Promise<BuiltImage> {
  const { existing, bootTest } = image
  if (existing === undefined || bootTest === undefined) return buildImage(run, image)
  return testExisting(run, image, existing, bootTest)
}

/**
 * An error as a problem. Unexpected errors are reported the same way, so that the other images are still cleaned up.
 * @internal
 */
export function toProblem(error: unknown, signal: AbortSignal): Problem {
  if (signal.aborted) return { code: 'interrupted', message: 'interrupted' }
  if (error instanceof TalosImageError) {
    return { code: error.code, message: error.message, at: error.at, hint: error.hint }
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { code: 'api', message: `unexpected: ${message}`, hint: 'this is a defect of talos-image; please report it' }
}

function noStdin(): never {
  throw new TalosImageError({ code: 'usage', message: 'no standard input was given' })
}
