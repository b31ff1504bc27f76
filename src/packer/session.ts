/** What all of Packer's runs in one build share: the program, its directory, the relay, and what was made. */

import type { HetznerClient } from '../hetzner/client.ts'
import type { Plan, PlannedImage } from '../plan/plan.ts'
import type { EventListener } from '../run/events.ts'
import type { Lease } from '../run/lease.ts'
import type { Timeouts } from '../run/timeouts.ts'
import type { Clock } from '../util/clock.ts'
import { startDeadline } from '../util/deadline.ts'
import { createFetch } from '../util/fetch.ts'
import type { Proxies } from '../util/proxies.ts'
import type { Trace } from '../util/trace.ts'
import { type PackerInput, toArguments } from './arguments.ts'
import type { MadeServer } from './creation.ts'
import { openDirectory } from './directory.ts'
import { toRefusal } from './failure.ts'
import { Ledger, type Made } from './ledger.ts'
import { parsePackerLine } from './output.ts'
import type { Packer } from './program.ts'
import { startRelay } from './relay.ts'
import { createRunner } from './runner.ts'
import type { Template } from './template.ts'
import { findStrangers } from './tidy.ts'

/** All that a user and this computer decide about Packer. */
export interface PackerSetup extends PackerInput {
  readonly program: Packer
  /** Where the template is; Packer runs there. */
  readonly directory: string
  readonly template: Template
  readonly env: Readonly<Record<string, string | undefined>>
  /** The cloud's, without a slash at the end. */
  readonly endpoint: string
  readonly token: string
  /** What requests to the cloud go through. */
  readonly proxies: Proxies | undefined
  /** Where the servers answer; undefined: where the template says. */
  readonly sshPort: number | undefined
}

export interface PackerContext {
  readonly id: string
  readonly plan: Plan
  readonly hetzner: HetznerClient
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly emit: EventListener
  readonly lease: Lease
  readonly timeouts: Timeouts
  readonly trace: Trace
}

export interface PackerSession extends PackerContext, AsyncDisposable {
  /** Such as `Packer 1.6.6`. */
  readonly title: string
  readonly setup: PackerSetup
  readonly ledger: Ledger
  /** Runs Packer to its end. @returns its exit code, or the signal that ended it */
  run(words: readonly string[], onLine: (line: string) => void): Promise<number | string>
  /** Lets Packer fetch them, where it needs any. @throws TalosImageError `packer` when it cannot */
  fetchPlugins(): Promise<void>
  /** @throws TalosImageError `packer` with what Packer finds wrong with the template and the variables */
  validate(images: readonly PlannedImage[]): Promise<void>
  /** Is told of each server that Packer makes from now on. */
  onServer(listener: (server: MadeServer) => void): void
  /** Nobody renews or takes away the labels of a snapshot any more. */
  release(snapshot: number): Promise<void>
  /** Names what may be Packer's own and is not known to be, since the template goes past the relay. @param before what there was */
  nameStrangers(before: ReadonlySet<string>): Promise<void>
  /** Ends Packer at once. */
  abandon(): void
}

/** How long Packer may take to clean up after an interrupt, in milliseconds. */
const STOP_MS = 5 * 60_000
/** How long is looked for what may be Packer's own, in milliseconds. */
const LOOK_MS = 60_000

/** Opens it. Packer has not been called by then. */
export async function openSession(setup: PackerSetup, context: PackerContext): Promise<PackerSession> {
  const { program, directory, template, sshPort } = setup
  const working = await openDirectory(directory, {
    withoutPlugins: template.requiresPlugins && !program.hasInit,
    sshPort,
  })
  const ledger = new Ledger()
  const releases = new Map<string, () => Promise<void>>()
  let onServer = (_: MadeServer): void => undefined
  const onMade = (made: Made, server: MadeServer | undefined): void => {
    releases.set(`${made.kind} ${made.id}`, holdLease(made, context))
    if (server !== undefined) onServer(server)
  }
  const release = async (kind: Made['kind'], id: number): Promise<void> => releases.get(`${kind} ${id}`)?.()
  const relay = await startRelay({
    endpoint: setup.endpoint,
    fetch: createFetch({ proxies: setup.proxies }),
    ledger,
    descriptions: new Set(context.plan.images.map(({ description }) => description)),
    labels: () => context.lease.labels(),
    onMade,
    onGone: ({ kind, id }) => {
      release(kind, id).catch(() => undefined)
    },
    trace: context.trace,
  })
  const close = async (): Promise<void> => {
    await relay[Symbol.asyncDispose]()
    await working[Symbol.asyncDispose]()
  }
  const runner = createRunner(setup, {
    signal: context.signal,
    trace: context.trace,
    stopMs: Math.min(STOP_MS, context.timeouts.removeMs),
    template: working.template,
    env: environmentOf(setup, relay.endpoint, working.scratch),
  })

  const check = async (what: string, words: readonly string[]): Promise<void> => {
    const errors: string[] = []
    const code = await runner.run(words, (line) => {
      const parsed = parsePackerLine(line)
      if (parsed.kind === 'said' && (parsed.isError || parsed.text.startsWith('Error'))) errors.push(parsed.text.trim())
    })
    context.signal.throwIfAborted()
    if (code !== 0) throw toRefusal(what, errors, code)
  }

  return {
    ...context,
    title: `Packer ${program.version}`,
    setup,
    ledger,
    run: runner.run,
    async fetchPlugins() {
      if (!program.hasInit || !template.requiresPlugins) return
      await check('fetch its plugins (packer init)', ['init', '-machine-readable'])
    },
    validate: (images) =>
      check('read the template', ['validate', '-machine-readable', ...toArguments(images, template, setup)]),
    onServer: (listener) => {
      onServer = listener
    },
    release: async (snapshot) => {
      ledger.gone('snapshot', snapshot)
      await release('snapshot', snapshot)
    },
    async nameStrangers(before) {
      // What went through the relay is known for certain, so the rest is somebody else's.
      if (relay.wasUsed) return
      // After an interrupt, too.
      using deadline = startDeadline(undefined, LOOK_MS)
      const strangers = await findStrangers(context.hetzner, before, deadline.signal).catch(() => [])
      for (const { name, command } of strangers) {
        const text = `${name} came while Packer was running, and may be its own; if nobody else's, remove it: ${command}`
        context.emit({ type: 'note', text })
      }
    },
    abandon: runner.abandon,
    [Symbol.asyncDispose]: close,
  }
}

/** The user's own, with the token and the address of the relay; Packer is not to ask its maker for news. */
function environmentOf(setup: PackerSetup, endpoint: string, scratch: string): PackerSetup['env'] {
  return {
    PACKER_CACHE_DIR: scratch,
    ...setup.env,
    CHECKPOINT_DISABLE: '1',
    PACKER_NO_COLOR: '1',
    HCLOUD_TOKEN: setup.token,
    HCLOUD_ENDPOINT: endpoint,
  }
}

/** Renews the lease of something that Packer made; the function that comes back ends that. */
function holdLease({ kind, id, labels: own }: Made, { lease, hetzner }: PackerContext): () => Promise<void> {
  return lease.hold((temporary) => {
    const labels = { ...own, ...temporary }
    if (kind === 'server') return hetzner.servers.setLabels(id, labels)
    return kind === 'SSH key' ? hetzner.sshKeys.setLabels(id, labels) : hetzner.images.update(id, { labels })
  })
}
