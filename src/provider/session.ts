/** What all resources of one configured provider share: the project, the Image Factory, and one run for everything that is built. */

import { type Problem, TalosImageError, toTalosImageError } from '../errors.ts'
import type { FactoryClient } from '../factory/client.ts'
import type { HetznerClient } from '../hetzner/client.ts'
import { plan } from '../library/plan.ts'
import type { Plan, PlannedImage } from '../plan/plan.ts'
import type { PlanRequest } from '../plan/request.ts'
import type { ServerRequest } from '../plan/server-settings.ts'
import { openRun } from '../run/build.ts'
import { BUILD_STEPS, type BuildEvent } from '../run/events.ts'
import type { BuildResult } from '../run/result.ts'
import { type OpenRun, toProblem } from '../run/run-images.ts'
import type { Trace } from '../util/trace.ts'
import type { Context, Log } from './definition.ts'

/** How the provider is configured; what is not set is taken from the environment, as the command does. */
export interface CloudSettings {
  readonly token: string | undefined
  readonly endpoint: string | undefined
  readonly factoryUrl: string | undefined
  readonly sandbox: boolean
  readonly sshPort: number | undefined
  /** Is told of what takes long. */
  readonly onDelay: (text: string) => void
  readonly trace: Trace
  readonly signal: AbortSignal
}

export interface OpenedCloud {
  /** The problem that there is no token: what needs none works all the same. */
  readonly hetzner: HetznerClient | Problem
  readonly factory: FactoryClient
  /** What the Factory is called in references of installers. */
  readonly factoryUrl: string
  readonly sshPort: number
  readonly talosPort: number
  /** Leaves a sandbox. */
  close(): Promise<void>
}

/** @throws TalosImageError what is wrong with the settings, or keeps the sandbox from running */
export type OpenCloud = (settings: CloudSettings) => Promise<OpenedCloud>

/** How build servers are reached, and what they are beside their type and place. */
export interface ServerAccess {
  readonly server: ServerRequest
  /** Milliseconds. */
  readonly sshTimeoutMs: number | undefined
  readonly requireHostProof: boolean
  /** How long Talos is waited for in a boot test, in milliseconds. */
  readonly bootTestMs: number | undefined
  /** Whether what was to be booted is published all the same when no server for that is in stock. */
  readonly allowUnproven: boolean
}

/** What is asked and answered, for TF_LOG. */
export const toTrace =
  (log: Log): Trace =>
  (kind, details) =>
    log('debug', kind, details)

export class Session {
  /** Snapshots that resources of this run of Terraform have come to have; an old resource that goes must not take one with it. */
  readonly held = new Set<number>()
  /** Snapshots that Terraform's state has, as far as this run has seen. */
  readonly owned = new Set<number>()
  readonly access: ServerAccess
  readonly #open: (() => Promise<OpenedCloud>) | undefined
  readonly #context: Omit<Context, 'provider'>
  readonly #turns = new Map<string, Promise<unknown>>()
  #opened: Promise<OpenedCloud> | undefined
  #run: { readonly open: OpenRun; users: number } | undefined

  /** @param open undefined when the configuration has values that are known only when the plan is applied */
  constructor(
    open: (() => Promise<OpenedCloud>) | undefined,
    access: ServerAccess,
    context: Omit<Context, 'provider'>,
  ) {
    this.#open = open
    this.access = access
    this.#context = context
  }

  /** Whether nothing can be looked up yet. */
  get isOpen(): boolean {
    return this.#open !== undefined
  }

  /** Opened at the first use. @throws TalosImageError */
  cloud(): Promise<OpenedCloud> {
    if (this.#open === undefined) throw new TalosImageError(NOT_KNOWN)
    this.#opened ??= this.#open().catch((error: unknown) => {
      this.#opened = undefined
      throw toTalosImageError(error)
    })
    return this.#opened
  }

  /** @throws TalosImageError `token` when there is none */
  async hetzner(): Promise<HetznerClient> {
    const { hetzner } = await this.cloud()
    // Its place is an attribute of the provider, and this is told at a resource.
    if ('message' in hetzner) throw new TalosImageError({ ...hetzner, at: undefined })
    return hetzner
  }

  async plan(request: PlanRequest): Promise<Plan> {
    const { factory } = await this.cloud()
    return plan(request, { hetzner: await this.hetzner(), factory, signal: this.#context.signal })
  }

  /**
   * Builds the images of a plan in the run that is under way, or in a new one, which ends with the last that uses it.
   * @param signal stops these images alone
   */
  async build(made: Plan, signal: AbortSignal): Promise<Pick<BuildResult, 'images' | 'leftovers'>> {
    const open = await this.#openRun()
    this.#run ??= { open: open(), users: 0 }
    const run = this.#run
    run.users += 1
    const added = await run.open.add(made, signal).catch((error: unknown) => ({ error }))
    run.users -= 1
    if (run.users === 0 && this.#run === run) this.#run = undefined
    const closed = run.users === 0 ? await run.open.close() : []
    if (!('error' in added)) return { images: added.images, leftovers: [...added.leftovers, ...closed] }
    if (closed.length === 0) throw added.error
    const problem = toProblem(added.error, signal)
    return { images: made.images.map((image) => ({ image, status: 'failed', problem, ms: 0 })), leftovers: closed }
  }

  /** Does work that only one may be at, of those with this key. */
  async inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(key)
    const turn = Promise.resolve(before).then(work, work)
    this.#turns.set(key, turn)
    return await turn
  }

  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined)
    await opened?.close()
  }

  async #openRun(): Promise<() => OpenRun> {
    const { factory, sshPort, talosPort } = await this.cloud()
    const hetzner = await this.hetzner()
    const { sshTimeoutMs, bootTestMs, requireHostProof, allowUnproven } = this.access
    const { signal, log } = this.#context
    const options = {
      hetzner,
      factory,
      sshPort,
      talosPort,
      signal,
      requireHostProof,
      trace: toTrace(log),
      timeouts: {
        ...(sshTimeoutMs === undefined ? {} : { sshMs: sshTimeoutMs }),
        ...(bootTestMs === undefined ? {} : { bootTestMs }),
      },
      stock: { waitMs: 0, look: async ({ placements }: PlannedImage) => placements, allowUnproven },
      onEvent: (event: BuildEvent): void => {
        const line = toLogLine(event)
        if (line !== undefined) log(event.type === 'note' || event.type === 'leftover' ? 'warn' : 'info', line)
      },
    }
    return () => openRun(options)
  }
}

const NOT_KNOWN: Problem = {
  code: 'config',
  message: 'the configuration of the provider has values that are known only after apply',
  hint: 'apply what they come from first: terraform apply -target=...',
}

function toLogLine(event: BuildEvent): string | undefined {
  switch (event.type) {
    case 'run-started':
      return `run ${event.run}`
    case 'step-started':
      return `${event.image}: ${BUILD_STEPS[event.step].doing}`
    case 'server-created':
      return `${event.image}: ${event.name} is a ${event.placement.serverType} in ${event.placement.location}`
    case 'placement-failed':
      return `${event.image}: no ${event.placement.serverType} in ${event.placement.location}: ${event.reason}`
    case 'note':
      return event.image === undefined ? event.text : `${event.image}: ${event.text}`
    case 'image-built':
      return `${event.image}: snapshot ${event.snapshot}`
    case 'image-failed':
      return `${event.image}: ${event.problem.message}`
    case 'leftover':
      return `could not be removed: ${event.leftover.name}`
    default:
      return undefined
  }
}
