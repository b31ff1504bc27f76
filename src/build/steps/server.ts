/** The build server: created switched off, wherever there is one in stock. */

import { TalosImageError } from '../../errors.ts'
import { mayHaveTakenEffect } from '../../hetzner/transport/retry.ts'
import type { Server } from '../../hetzner/wire.ts'
import type { Placement } from '../../plan/placement.ts'
import type { PlannedImage } from '../../plan/plan.ts'
import { findCreated } from '../find-created.ts'
import { persist } from '../persist.ts'
import { type ImageBuild, resourceName } from '../run.ts'
import { findStock } from './stock.ts'

export interface BuildServer {
  readonly id: number
  readonly name: string
  /** Where SSH answers. */
  readonly host: string
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

/** The placeholder system, which is never booted. */
const SYSTEM_IMAGE = 'debian-13'

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
  return findStock(build, image, (placement, placements) => tryPlacement(build, creation, placement, placements))
}

async function tryPlacement(
  build: ImageBuild,
  creation: Creation,
  placement: Placement,
  placements: readonly Placement[],
): Promise<BuildServer> {
  const { hetzner, signal, timeouts } = build
  const { name } = creation
  const wanted = {
    name,
    serverType: placement.serverType,
    location: placement.location,
    image: SYSTEM_IMAGE,
    sshKeyIds: [build.key.id],
    labels: build.lease.labels(),
  }
  const created = await hetzner.servers.create(wanted, { signal }).catch((error: unknown) => {
    creation.inDoubt ||= mayHaveTakenEffect(error)
    throw error
  })
  const { id } = created.server
  creation.id = id
  creation.release = build.lease.hold((labels) => hetzner.servers.setLabels(id, labels))
  try {
    const wait = { signal, timeoutMs: timeouts.actionMs, name: `server ${name} to be created` }
    if (created.action !== undefined) {
      await hetzner.actions.wait(created.action, wait)
      return { id, name, host: addressOf(created.server), placement, systemGb: created.server.image?.disk_size }
    }
    // Adopted: an earlier request, whose answer was lost, made it, perhaps at another placement.
    for (const action of await hetzner.servers.actions(id, { signal })) {
      if (action.command === 'create_server') await hetzner.actions.wait(action, wait)
    }
    const server = await hetzner.servers.get(id, { signal })
    const systemGb = server.image?.disk_size
    return { id, name, host: addressOf(server), placement: placementOf(server, placements), systemGb }
  } catch (error) {
    // Before another placement is tried under the same name, what is left of this one must be gone.
    if (error instanceof TalosImageError && error.code === 'stock') {
      await removeServer(build, creation, AbortSignal.timeout(timeouts.removeMs))
      creation.id = undefined
    }
    throw error
  }
}

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
  return persist(
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

function addressOf(server: Server): string {
  const address = server.public_net.ipv4?.ip ?? server.public_net.ipv6?.ip.replace(/::\/64$/, '::1')
  if (address !== undefined) return address
  throw new TalosImageError({ code: 'api', message: `the server ${server.name} has no public address` })
}
