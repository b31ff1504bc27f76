/** What all of Packer's runs in one build share: the program, its directory, the relay, and the created resources. */

import { directoryOf } from '../config/find-files.ts'
import type { HetznerClient } from '../hetzner/client.ts'
import { withoutRole } from '../plan/labels.ts'
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
import { findUnclaimed } from './clean-up.ts'
import { openDirectory } from './directory.ts'
import { toRefusal } from './failure.ts'
import { parsePackerLine } from './output.ts'
import { type Packer, withoutSecrets } from './program.ts'
import { startRelay } from './relay.ts'
import type { CreatedServer } from './requests.ts'
import { type CreatedResource, CreatedResources } from './resources.ts'
import { createRunner } from './runner.ts'
import type { Template } from './template.ts'

/** Packer, its template and its environment. */
export interface PackerSetup extends PackerInput {
  readonly program: Packer
  /** Where the template is, or the one file that is meant; Packer runs there. */
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
  readonly resources: CreatedResources
  /** Runs Packer to its end. @returns its exit code, or the signal that ended it */
  run(words: readonly string[], onLine: (line: string) => void): Promise<number | string>
  /** Lets Packer fetch them, where it needs any. @throws TalosImageError `packer` when it cannot */
  fetchPlugins(): Promise<void>
  /** @throws TalosImageError `packer` with what Packer finds wrong with the template and the variables */
  validate(images: readonly PlannedImage[]): Promise<void>
  /** Is told of each server that Packer makes from now on. */
  onServer(listener: (server: CreatedServer) => void): void
  /** Stops the renewal of a snapshot's lease. */
  release(snapshot: number): Promise<void>
  /** Reports what may be Packer's, where the template does not use the relay. @param before what there was before the run */
  reportUnclaimed(before: ReadonlySet<string>): Promise<void>
  /** Ends Packer at once. */
  abandon(): void
}

/** How long Packer may take to clean up after an interrupt, in milliseconds. */
const STOP_MS = 5 * 60_000
/** How long the search for resources that may be Packer's takes at most, in milliseconds. */
const SEARCH_MS = 60_000

export async function openSession(setup: PackerSetup, context: PackerContext): Promise<PackerSession> {
  const { program, directory, template, sshPort } = setup
  const working = await openDirectory(directory, {
    withoutPlugins: template.requiresPlugins && !program.hasInit,
    sshPort,
  })
  const resources = new CreatedResources()
  const releases = new Map<string, () => Promise<void>>()
  let onServer = (_: CreatedServer): void => undefined
  const onCreated = (made: CreatedResource, server: CreatedServer | undefined): void => {
    releases.set(`${made.kind} ${made.id}`, holdLease(made, context))
    if (server !== undefined) onServer(server)
  }
  const release = async (kind: CreatedResource['kind'], id: number): Promise<void> => releases.get(`${kind} ${id}`)?.()
  const relay = await startRelay({
    endpoint: setup.endpoint,
    fetch: createFetch({ proxies: setup.proxies }),
    resources,
    descriptions: new Set(context.plan.images.map(({ description, role }) => withoutRole(description, role))),
    labels: () => context.lease.labels(),
    onCreated,
    onDeleted: ({ kind, id }) => {
      release(kind, id).catch(() => undefined)
    },
    trace: context.trace,
  })
  const close = async (): Promise<void> => {
    await relay[Symbol.asyncDispose]()
    await working[Symbol.asyncDispose]()
  }
  const runner = createRunner({
    program,
    directory: directoryOf(directory),
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
      if (parsed.kind === 'message' && (parsed.isError || parsed.text.startsWith('Error')))
        errors.push(parsed.text.trim())
    })
    context.signal.throwIfAborted()
    if (code !== 0) throw toRefusal(what, errors, code)
  }

  return {
    ...context,
    title: `Packer ${program.version}`,
    setup,
    resources,
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
      resources.markDone('snapshot', snapshot)
      await release('snapshot', snapshot)
    },
    async reportUnclaimed(before) {
      // What Packer created through the relay is known, so nothing else is its own.
      if (relay.wasUsed) return
      // After an interrupt, too.
      using deadline = startDeadline(undefined, SEARCH_MS)
      const unclaimed = await findUnclaimed(context.hetzner, before, deadline.signal).catch(() => [])
      for (const { name, command } of unclaimed) {
        const text = `${name} was created while Packer was running, and may be Packer's; if it is, remove it: ${command}`
        context.emit({ type: 'note', text })
      }
    },
    abandon: runner.abandon,
    [Symbol.asyncDispose]: close,
  }
}

/** The user's own without secrets of this program, with the token and the address of the relay, and without checks for a new version. */
function environmentOf(setup: PackerSetup, endpoint: string, scratch: string): PackerSetup['env'] {
  return {
    PACKER_CACHE_DIR: scratch,
    ...withoutSecrets(setup.env),
    CHECKPOINT_DISABLE: '1',
    PACKER_NO_COLOR: '1',
    HCLOUD_TOKEN: setup.token,
    HCLOUD_ENDPOINT: endpoint,
  }
}

/** Renews the lease of a resource; the function that is returned ends that. */
function holdLease({ kind, id, labels: own }: CreatedResource, { lease, hetzner }: PackerContext): () => Promise<void> {
  return lease.hold((temporary) => {
    const labels = { ...own, ...temporary }
    if (kind === 'server') return hetzner.servers.setLabels(id, labels)
    return kind === 'SSH key' ? hetzner.sshKeys.setLabels(id, labels) : hetzner.images.update(id, { labels })
  })
}
