/** The build server: created switched off, wherever there is one in stock. */

import type { Labels, SshOver } from '../../domain.ts'
import { TalosImageError } from '../../errors.ts'
import { mayHaveTakenEffect } from '../../hetzner/transport/retry.ts'
import type { Action, Server } from '../../hetzner/wire.ts'
import type { Placement } from '../../plan/placement.ts'
import type { PlannedImage } from '../../plan/plan.ts'
import { findCreated } from '../find-created.ts'
import { retryUntil } from '../retry-until.ts'
import { type ImageBuild, resourceName } from '../run.ts'
import { addressOf } from './server-address.ts'
import { findStock } from './stock.ts'

export interface BuildServer {
  readonly id: number
  readonly name: string
  /** Where SSH answers. */
  readonly host: string
  readonly sshOver: SshOver
  readonly placement: Placement
  /** How much of its disk the placeholder system takes, in GB; nothing was ever written behind that. */
  readonly systemGb: number | undefined
}

/** What is known of the server that is being created. */
interface Creation {
  readonly name: string
  id: number | undefined
  /** Whether a creating request ended without an answer. */
  inDoubt: boolean
  /** Stops renewing the lease. */
  release: (() => Promise<void>) | undefined
}

/** @throws TalosImageError `stock` and `limit` as `findStock` says; any other error of the API at once */
export async function createServer(build: ImageBuild, image: PlannedImage): Promise<BuildServer> {
  const name = resourceName(build.id, image.name)
  const creation: Creation = { name, id: undefined, inDoubt: false, release: undefined }
  // The deletion is registered before the creation, by name, since an answer that gets lost leaves a server, too.
  build.scope.add({
    name: `server ${name}`,
    command: `hcloud server delete ${name}`,
    run: (deadline) => removeServer(build, creation, deadline),
  })
  return findStock(build, image, (placement, placements) =>
    tryPlacement(build, image, creation, { placement, placements }),
  )
}

async function tryPlacement(
  build: ImageBuild,
  { server: settings }: PlannedImage,
  creation: Creation,
  { placement, placements }: { readonly placement: Placement; readonly placements: readonly Placement[] },
): Promise<BuildServer> {
  const { hetzner, signal, timeouts } = build
  const { name } = creation
  // Our own come last: a run must find its servers, whatever else stands there.
  const labelsNow = (leased: Labels = build.lease.labels()): Labels => ({ ...settings.labels, ...leased })
  const wanted = {
    name,
    serverType: placement.serverType,
    location: placement.location,
    image: settings.systemImage,
    sshKeyIds: [build.key.id],
    labels: labelsNow(),
    ipv4: settings.ipv4,
    ipv6: settings.ipv6,
    networkIds: settings.networkIds,
    firewallIds: settings.firewallIds,
  }
  const created = await hetzner.servers.create(wanted, { signal }).catch((error: unknown) => {
    creation.inDoubt ||= mayHaveTakenEffect(error)
    throw error
  })
  const { id } = created.server
  creation.id = id
  creation.release = build.lease.hold((leased) => hetzner.servers.setLabels(id, labelsNow(leased)))
  try {
    const wait = { signal, timeoutMs: timeouts.actionMs, name: `server ${name} to be created` }
    // An adopted one was made by an earlier request, whose answer was lost, perhaps at another placement.
    const isAdopted = created.actions === undefined
    for (const action of created.actions ?? (await findCreation(build, id))) await hetzner.actions.wait(action, wait)
    // Its networks give it their addresses only while it is attached to them.
    const isKnown = !isAdopted && settings.networkIds.length === 0
    const server = isKnown ? created.server : await hetzner.servers.get(id, { signal })
    const systemGb = server.image?.disk_size
    const found = isAdopted ? placementOf(server, placements) : placement
    const host = addressOf(server, settings)
    return { id, name, host, sshOver: settings.sshOver, placement: found, systemGb }
  } catch (error) {
    // Before another placement is tried under the same name, what is left of this one must be gone.
    if (error instanceof TalosImageError && error.code === 'stock') {
      await removeServer(build, creation, AbortSignal.timeout(timeouts.removeMs))
      creation.id = undefined
    }
    throw error
  }
}

/** The actions that an adopted server came to be with, in their order. */
async function findCreation({ hetzner, signal }: ImageBuild, id: number): Promise<Action[]> {
  const actions = await hetzner.servers.actions(id, { signal })
  return actions.filter(({ command }) => CREATION.has(command)).toReversed()
}

const CREATION = new Set(['create_server', 'attach_to_network', 'apply_firewall'])

/** Whether there was one. */
async function removeServer(
  { hetzner, clock, timeouts }: ImageBuild,
  creation: Creation,
  signal: AbortSignal,
): Promise<boolean> {
  const { name, inDoubt } = creation
  await creation.release?.()
  const urgent = { signal, urgent: true }
  const look = async (): Promise<number | undefined> =>
    creation.id ?? (await hetzner.servers.findByName(name, urgent))?.id
  return retryUntil(
    async () => {
      const found = await findCreated(look, { inDoubt, settleMs: timeouts.settleMs, clock, signal })
      const action = found === undefined ? undefined : await hetzner.servers.delete(found, urgent)
      if (action === undefined) return found !== undefined
      const wait = { ...urgent, timeoutMs: timeouts.removeMs, name: `server ${name} to be deleted` }
      await hetzner.actions.wait(action, wait)
      return true
    },
    clock,
    signal,
  )
}

function placementOf(server: Server, placements: readonly Placement[]): Placement {
  const { server_type, location } = server
  const placement = placements.find((one) => one.serverType === server_type.name && one.location === location.name)
  if (placement !== undefined) return placement
  const where = `${server_type.name} in ${location.name}`
  throw new TalosImageError({ code: 'api', message: `the server ${server.name} is a ${where}, which nobody asked for` })
}
