/** Boot tests of snapshots that are there. */

import { type Problem, throwProblems } from '../errors.ts'
import type { HetznerClient } from '../hetzner/client.ts'
import type { Snapshot } from '../hetzner/snapshot.ts'
import { lookUpOffers } from '../plan/look-up-placements.ts'
import type { Plan } from '../plan/plan.ts'
import { findServerProblems, PLAIN_SERVER, resolveServer, type ServerRequest } from '../plan/server-settings.ts'
import { checkTalosFirewalls } from '../plan/server-warnings.ts'
import { planSnapshot } from '../plan/snapshot-plan.ts'
import { getSnapshot } from './delete-snapshots.ts'

/** How the server of a boot test is to be. */
export interface BootTestOptions {
  /** Networks, firewalls, addresses and labels of the server: `{ ...PLAIN_SERVER, ... }`. */
  readonly server?: ServerRequest | undefined
  /** Where it is best; others do, too. Anywhere by default. */
  readonly location?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Plans the boot test of a snapshot, whatever made it; `build` carries it out: it makes a server from the snapshot, waits until
 * Talos answers, holds what it tells against the snapshot's labels, and labels the snapshot `talos-image/boot-tested`.
 * @throws ProblemsError `not-found` when there is no such snapshot, `usage` when it cannot be booted, `config` for names that
 * the project does not have
 * @throws TalosImageError `token`, `api` or `network` when the project cannot be asked
 * @example
 * ```ts
 * const plan = await planBootTest(400000001, hetzner)
 * const { images } = await build({ hetzner, plan })
 * console.log(images[0]?.status === 'failed' ? images[0].problem.message : 'it boots')
 * ```
 */
export async function planBootTest(id: number, hetzner: HetznerClient, options: BootTestOptions = {}): Promise<Plan> {
  const { server = PLAIN_SERVER, location, signal = new AbortController().signal } = options
  const hasNetworks = server.networks.length > 0
  const [snapshot, pricing, offers, firewalls, networks] = await Promise.all([
    getSnapshot(hetzner, id, signal),
    hetzner.catalogue.pricesIfKnown({ signal }),
    lookUpOffers({ hetzner, signal }, [], hasNetworks),
    server.firewalls.length > 0 ? hetzner.firewalls.list({ signal }) : [],
    hasNetworks ? hetzner.networks.list({ signal }) : [],
  ])
  const { settings, problems } = resolveServer(server, { firewalls, networks })
  const all = [...findServerProblems(server), ...problems, ...findSnapshotProblem(snapshot)]
  throwProblems(all)
  const nowMs = hetzner.now()
  const plan = planSnapshot(snapshot, { ...offers, nowMs, pricing, server: settings, location })
  const warning = checkTalosFirewalls(server, settings, firewalls)
  return { ...plan, warnings: warning === undefined ? [] : [warning] }
}

function findSnapshotProblem({ id, type, status }: Snapshot): Problem[] {
  if (type !== 'snapshot') {
    const message = `${id} is not a snapshot but a ${type} image`
    return [{ code: 'usage', message, hint: 'see what there is: `talos-image list`' }]
  }
  if (status === 'available') return []
  return [{ code: 'usage', message: `the snapshot ${id} is ${status}, not available`, hint: 'wait until it is made' }]
}
