/** Removes what Packer left in the project, and finds what may be Packer's. */

import type { HetznerClient } from '../hetzner/client.ts'
import type { EventListener } from '../run/events.ts'
import { retryUntil } from '../run/retry-until.ts'
import { findTemporary, removeTemporary, type Temporary } from '../run/sweep.ts'
import type { Leftover } from '../util/cleanup-scope.ts'
import type { Clock } from '../util/clock.ts'
import { startDeadline } from '../util/deadline.ts'
import { type CreatedResources, describeResource } from './resources.ts'

export interface CleanUpOptions {
  readonly runId: string
  readonly hetzner: HetznerClient
  readonly resources: CreatedResources
  readonly clock: Clock
  readonly emit: EventListener
  /** How long removing one thing may take, in milliseconds. */
  readonly timeoutMs: number
}

/** Removes everything temporary of the run that is still there; says what could not be removed. Never throws. */
export async function removeLeftovers(options: CleanUpOptions): Promise<Leftover[]> {
  const { runId, hetzner, resources, clock, emit, timeoutMs } = options
  // Independent of the run's signal: an interrupt does not stop it.
  using deadline = startDeadline(undefined, timeoutMs)
  const { signal } = deadline
  let found: Temporary[]
  try {
    found = await retryUntil(() => findTemporary(hetzner, { run: runId, signal, urgent: true }), clock, signal)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return resources.pending.map((thing) => ({ ...thing, reason: `it could not be looked for: ${reason}` }))
  }
  // What Packer has deleted may be listed a moment longer.
  const left = found.filter(({ kind, id }) => !resources.isDone(kind, id))
  for (const { kind, id, name } of left) {
    emit({ type: 'note', text: `Packer has left the ${kind} ${id} (${name}) behind; it is removed now` })
  }
  return removeTemporary(hetzner, found, {
    clock,
    signal,
    timeoutMs,
    onlyAbandoned: false,
    listener: {
      onRemoving: ({ name }) => emit({ type: 'removing', name }),
      onRemoved: ({ name }) => emit({ type: 'removed', name }),
    },
  })
}

/** Servers and keys with Packer's default names that are not known. */
export async function findUnclaimed(
  hetzner: HetznerClient,
  known: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<{ readonly name: string; readonly command: string }[]> {
  const all = await listPackerResources(hetzner, signal)
  return all.filter(({ name }) => !known.has(name))
}

/** All servers and keys with Packer's default names. */
export async function listPackerResources(
  hetzner: HetznerClient,
  signal: AbortSignal,
): Promise<{ readonly name: string; readonly command: string }[]> {
  const [servers, keys] = await Promise.all([
    hetzner.servers.list({}, { signal }),
    hetzner.sshKeys.list({}, { signal }),
  ])
  const all = [
    ...servers.map(({ id, name }) => ({ kind: 'server', id, name }) as const),
    ...keys.map(({ id, name }) => ({ kind: 'SSH key', id, name }) as const),
  ]
  return all.filter(({ name }) => name.startsWith('packer-')).map(describeResource)
}
