/** Removing what Packer left in the project, and naming what may be its own. */

import type { HetznerClient } from '../hetzner/client.ts'
import type { EventListener } from '../run/events.ts'
import { retryUntil } from '../run/retry-until.ts'
import { findTemporary, removeTemporary, type Temporary } from '../run/sweep.ts'
import type { Leftover } from '../util/cleanup-scope.ts'
import type { Clock } from '../util/clock.ts'
import { startDeadline } from '../util/deadline.ts'
import type { Ledger } from './ledger.ts'

export interface TidyOptions {
  readonly runId: string
  readonly hetzner: HetznerClient
  readonly ledger: Ledger
  readonly clock: Clock
  readonly emit: EventListener
  /** How long removing one thing may take, in milliseconds. */
  readonly timeoutMs: number
}

/** Removes everything temporary of the run that is still there; says what could not be removed. Never throws. */
export async function tidy(options: TidyOptions): Promise<Leftover[]> {
  const { runId, hetzner, ledger, clock, emit, timeoutMs } = options
  // Nobody's signal keeps it from its work: a deadline of its own does.
  using deadline = startDeadline(undefined, timeoutMs)
  const { signal } = deadline
  let found: Temporary[]
  try {
    found = await retryUntil(() => findTemporary(hetzner, { run: runId, signal, urgent: true }), clock, signal)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return ledger.pending.map((thing) => ({ ...thing, reason: `it could not be looked for: ${reason}` }))
  }
  // What Packer has deleted may be listed a moment longer.
  const left = found.filter(({ kind, id }) => !ledger.isGone(kind, id))
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

/** How a Packer names what it makes, unless the template says otherwise. */
const PACKERS_OWN = /^packer-/

/** Servers and keys that some Packer made since then, and that no run of this tool claims. */
export async function findStrangers(
  hetzner: HetznerClient,
  known: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<{ readonly name: string; readonly command: string }[]> {
  const all = await listPackersOwn(hetzner, signal)
  return all.filter(({ name }) => !known.has(name))
}

/** Everything that bears the name of something that a Packer makes. */
export async function listPackersOwn(
  hetzner: HetznerClient,
  signal: AbortSignal,
): Promise<{ readonly name: string; readonly command: string }[]> {
  const [servers, keys] = await Promise.all([
    hetzner.servers.list({}, { signal }),
    hetzner.sshKeys.list({}, { signal }),
  ])
  return [
    ...servers.map(({ id, name }) => ({
      is: name,
      name: `server ${id} (${name})`,
      command: `hcloud server delete ${id}`,
    })),
    ...keys.map(({ id, name }) => ({
      is: name,
      name: `SSH key ${id} (${name})`,
      command: `hcloud ssh-key delete ${id}`,
    })),
  ].flatMap(({ is, ...thing }) => (PACKERS_OWN.test(is) ? [thing] : []))
}
