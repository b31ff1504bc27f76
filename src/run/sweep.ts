/** Finding and removing what runs left behind, by its labels. There is no local state. */

import type { Labels } from '../domain.ts'
import { type Problem, throwProblems } from '../errors.ts'
import type { HetznerClient } from '../hetzner/client.ts'
import type { Server, TemporarySnapshot } from '../hetzner/wire.ts'
import { KEPT_LABEL, LEASE_LABEL, RUN_LABEL } from '../plan/labels.ts'
import { type CleanupListener, CleanupScope, type Leftover } from '../util/cleanup-scope.ts'
import type { Clock } from '../util/clock.ts'
import { startDeadline } from '../util/deadline.ts'
import { retryUntil } from './retry-until.ts'
import { commandBefore } from './unprotect.ts'

/** A temporary resource of a run. Published snapshots have no lease, so they are never among them. */
export interface Temporary {
  readonly kind: 'server' | 'SSH key' | 'snapshot'
  readonly id: number
  readonly name: string
  readonly run: string
  /** When its lease expires, in milliseconds since the epoch. */
  readonly leaseUntilMs: number
  /** Whether it is a server that was kept after its image had failed. */
  readonly isKept: boolean
  /** What it costs, net, without its IP address; undefined when the API does not say. */
  readonly cost: { readonly pricePerHour: number } | { readonly sizeGb: number } | undefined
}

interface FindOptions {
  readonly run?: string | undefined
  /** The snapshots among them, where they are known already. */
  readonly snapshots?: readonly TemporarySnapshot[]
  readonly signal: AbortSignal
  readonly urgent?: boolean
}

/** What is wrong with the ID of a run: an empty or mistyped one must not select something else. */
export function findRunIdProblems(run: string | undefined): Problem[] {
  if (run === undefined || /^[a-z0-9]{1,32}$/.test(run)) return []
  const message = run === '' ? 'the ID of the run is empty' : `"${run}" is not the ID of a run`
  const hint = 'a run says its ID when it begins; see what was left behind, and by which run: `talos-image cleanup`'
  return [{ code: 'usage', message, hint }]
}

/**
 * All temporary resources of the project, or of one run: snapshots, then servers, then keys.
 * @throws ProblemsError `usage` for what is not the ID of a run
 */
export async function findTemporary(hetzner: HetznerClient, options: FindOptions): Promise<Temporary[]> {
  throwProblems(findRunIdProblems(options.run))
  return findLabelled(hetzner, options)
}

async function findLabelled(hetzner: HetznerClient, options: FindOptions): Promise<Temporary[]> {
  const labelSelector = `${RUN_LABEL}${options.run === undefined ? '' : `=${options.run}`},${LEASE_LABEL}`
  const [images, servers, keys] = await Promise.all([
    options.snapshots ?? hetzner.images.listTemporary(labelSelector, options),
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

/** Whether other runs that go on, such as those of other shards, have servers, which go with their images; not those that are kept. */
export async function haveOthersServers(hetzner: HetznerClient, run: string, signal: AbortSignal): Promise<boolean> {
  const servers = await hetzner.servers.list({ labelSelector: `${RUN_LABEL},${LEASE_LABEL}` }, { signal })
  return servers
    .map((server) => toTemporary('server', server, undefined))
    .some((one) => one.run !== run && !one.isKept && one.leaseUntilMs > hetzner.now())
}

function toTemporary(
  kind: Temporary['kind'],
  { id, name, labels }: { readonly id: number; readonly name: string; readonly labels: Labels },
  cost: Temporary['cost'],
): Temporary {
  return {
    kind,
    id,
    name,
    run: labels[RUN_LABEL] ?? '',
    leaseUntilMs: readLease(labels[LEASE_LABEL]),
    isKept: labels[KEPT_LABEL] !== undefined,
    cost,
  }
}

function costOfServer({ server_type: { prices }, location }: Server): Temporary['cost'] {
  const price = Number(prices.find((one) => one.location === location.name)?.price_hourly.net)
  return Number.isFinite(price) ? { pricePerHour: price } : undefined
}

/** NaN for a value that no run writes, such as an empty one, which would otherwise count as expired. */
const readLease = (text = ''): number => (/^\d+$/.test(text) ? Number(text) * 1000 : Number.NaN)

/** Whether its lease has expired. A lease that cannot be read counts as valid. */
export function isAbandoned({ leaseUntilMs }: Temporary, nowMs: number): boolean {
  return leaseUntilMs < nowMs
}

export interface RemoveOptions {
  readonly clock: Clock
  /** How long the removal of one resource may take, in milliseconds. */
  readonly timeoutMs: number
  /** Aborting it stops the removal; the rest is left. */
  readonly signal: AbortSignal
  /** Whether to keep resources whose lease was renewed after they were found. */
  readonly onlyAbandoned: boolean
  readonly listener?: CleanupListener
}

/** Removes resources one after the other. @returns those that could not be removed */
export async function removeTemporary(
  hetzner: HetznerClient,
  things: readonly Temporary[],
  options: RemoveOptions,
): Promise<Leftover[]> {
  const scope = new CleanupScope(options.timeoutMs, options.listener, commandBefore)
  for (const thing of things.toReversed()) {
    scope.add({
      name: nameOf(thing),
      command: commandFor(thing),
      run: async () => {
        using stop = startDeadline(options.signal, options.timeoutMs)
        return await retryUntil(() => removeOne(hetzner, thing, stop.signal, options), options.clock, stop.signal)
      },
    })
  }
  return scope.close()
}

/** "server 42 (talos-image-x-arm)" */
export const nameOf = ({ kind, id, name }: Temporary): string => `${kind} ${id} (${name})`

/** The command that removes a resource by hand. */
function commandFor({ kind, id }: Temporary): string {
  return {
    server: `hcloud server delete ${id}`,
    'SSH key': `hcloud ssh-key delete ${id}`,
    snapshot: `hcloud image delete ${id}`,
  }[kind]
}

/** Looks the resource up again first, since its run may have published or renewed it in the meantime. */
async function removeOne(
  hetzner: HetznerClient,
  thing: Temporary,
  signal: AbortSignal,
  { timeoutMs, onlyAbandoned }: RemoveOptions,
): Promise<boolean> {
  const urgent = { signal, urgent: true }
  const found = await findLabelled(hetzner, { run: thing.run, ...urgent })
  const now = found.find(({ kind, id }) => kind === thing.kind && id === thing.id)
  if (now === undefined || (onlyAbandoned && !isAbandoned(now, hetzner.now()))) return false
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
