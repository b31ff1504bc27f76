/** Finding and removing what runs left behind. The labels tell whose it is; the cloud is the only record. */

import type { Labels } from '../domain.ts'
import type { HetznerClient } from '../hetzner/client.ts'
import type { Server } from '../hetzner/wire.ts'
import { LEASE_LABEL, RUN_LABEL } from '../plan/labels.ts'
import { type CleanupListener, CleanupScope, type Leftover } from '../util/cleanup-scope.ts'
import type { Clock } from '../util/clock.ts'
import { startDeadline } from '../util/deadline.ts'
import { retryUntil } from './retry-until.ts'

/** Something temporary that a run made. A published snapshot carries no lease and is never one. */
export interface Temporary {
  readonly kind: 'server' | 'SSH key' | 'snapshot'
  readonly id: number
  readonly name: string
  readonly run: string
  /** Until when its run keeps it, in milliseconds since the epoch. */
  readonly leaseUntilMs: number
  /** What it costs as long as it is there, net, without its IP address; undefined when the API does not say. */
  readonly cost: { readonly pricePerHour: number } | { readonly sizeGb: number } | undefined
}

/** Everything temporary in the project, or of one run: snapshots, then servers, then keys. */
export async function findTemporary(
  hetzner: HetznerClient,
  options: { readonly run?: string | undefined; readonly signal: AbortSignal; readonly urgent?: boolean },
): Promise<Temporary[]> {
  const labelSelector = `${RUN_LABEL}${options.run === undefined ? '' : `=${options.run}`},${LEASE_LABEL}`
  const [images, servers, keys] = await Promise.all([
    hetzner.images.listSnapshots({ labelSelector }, options),
    hetzner.servers.list({ labelSelector }, options),
    hetzner.sshKeys.list({ labelSelector }, options),
  ])
  return [
    ...images.map((image) =>
      toTemporary(
        'snapshot',
        { ...image, name: `of ${image.created_from?.name ?? 'a server'}` },
        image.image_size === null ? undefined : { sizeGb: image.image_size },
      ),
    ),
    ...servers.map((server) => toTemporary('server', server, costOfServer(server))),
    ...keys.map((key) => toTemporary('SSH key', key, undefined)),
  ]
}

function toTemporary(
  kind: Temporary['kind'],
  { id, name, labels }: { readonly id: number; readonly name: string; readonly labels: Labels },
  cost: Temporary['cost'],
): Temporary {
  return { kind, id, name, run: labels[RUN_LABEL] ?? '', leaseUntilMs: readLease(labels[LEASE_LABEL]), cost }
}

function costOfServer({ server_type: { prices }, location }: Server): Temporary['cost'] {
  const price = Number(prices.find((one) => one.location === location.name)?.price_hourly.net)
  return Number.isFinite(price) ? { pricePerHour: price } : undefined
}

/** NaN for anything that no run writes, such as an empty label, which as a number would be long over. */
const readLease = (text = ''): number => (/^\d+$/.test(text) ? Number(text) * 1000 : Number.NaN)

/** Whether nobody renews its lease any more. A lease that cannot be read is taken for a living one. */
export function isAbandoned({ leaseUntilMs }: Temporary, nowMs: number): boolean {
  return leaseUntilMs < nowMs
}

export interface RemoveOptions {
  readonly clock: Clock
  /** How long removing one thing may take, in milliseconds. */
  readonly timeoutMs: number
  /** Keeps what is not removed yet. */
  readonly signal: AbortSignal
  /** Whether to spare what has been renewed since it was found. */
  readonly onlyAbandoned: boolean
  readonly listener?: CleanupListener
}

/** Removes things, one after the other; says what could not be removed. */
export async function removeTemporary(
  hetzner: HetznerClient,
  things: readonly Temporary[],
  options: RemoveOptions,
): Promise<Leftover[]> {
  const scope = new CleanupScope(options.timeoutMs, options.listener)
  for (const thing of things.toReversed()) {
    scope.add({
      name: `${thing.kind} ${thing.id} (${thing.name})`,
      command: commandFor(thing),
      run: async () => {
        using stop = startDeadline(options.signal, options.timeoutMs)
        return await retryUntil(() => removeOne(hetzner, thing, stop.signal, options), options.clock, stop.signal)
      },
    })
  }
  return scope.close()
}

/** How a user removes a thing by hand. */
function commandFor({ kind, id }: Temporary): string {
  return {
    server: `hcloud server delete ${id}`,
    'SSH key': `hcloud ssh-key delete ${id}`,
    snapshot: `hcloud image delete ${id}`,
  }[kind]
}

/** Looks at the thing once more, since its run may have published or renewed it after it was found. */
async function removeOne(
  hetzner: HetznerClient,
  thing: Temporary,
  signal: AbortSignal,
  { clock, timeoutMs, onlyAbandoned }: RemoveOptions,
): Promise<boolean> {
  const urgent = { signal, urgent: true }
  const found = await findTemporary(hetzner, { run: thing.run, ...urgent })
  const now = found.find(({ kind, id }) => kind === thing.kind && id === thing.id)
  if (now === undefined || (onlyAbandoned && !isAbandoned(now, clock.now()))) return false
  switch (thing.kind) {
    case 'snapshot':
      return hetzner.images.delete(thing.id, urgent)
    case 'SSH key':
      return hetzner.sshKeys.delete(thing.id, urgent)
    case 'server': {
      const action = await hetzner.servers.delete(thing.id, urgent)
      const name = `server ${thing.id} to be deleted`
      if (action !== undefined) await hetzner.actions.wait(action, { ...urgent, timeoutMs, name })
      return action !== undefined
    }
  }
}
