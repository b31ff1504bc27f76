/** The build server: created switched off, wherever there is one in stock. */

import { TalosImageError } from '../../errors.ts'
import type { Server } from '../../hetzner/wire.ts'
import type { Placement } from '../../plan/placement.ts'
import type { PlannedImage } from '../../plan/plan.ts'
import { persist } from '../persist.ts'
import { type ImageBuild, resourceName } from '../run.ts'

export interface BuildServer {
  readonly id: number
  readonly name: string
  /** Where SSH answers. */
  readonly host: string
  readonly placement: Placement
}

/** The placeholder system, which is never booted. */
const SYSTEM_IMAGE = 'debian-13'

/**
 * Tries the placements in their order until one of them has a server.
 * @throws TalosImageError `stock` with all tries when none has; any other error of the API at once
 */
export async function createServer(build: ImageBuild, image: PlannedImage): Promise<BuildServer> {
  const tries: string[] = []
  for (const placement of image.placements) {
    try {
      return await tryPlacement(build, image, placement)
    } catch (error) {
      if (!(error instanceof TalosImageError) || error.code !== 'stock') throw error
      tries.push(`${placement.serverType} in ${placement.location}: ${error.message}`)
      build.emit({ type: 'placement-failed', image: image.name, placement, reason: error.message })
    }
  }
  throw new TalosImageError({
    code: 'stock',
    message:
      tries.length === 0
        ? `no server for ${image.name} is in stock${image.notes.map((note) => `; ${note}`).join('')}`
        : `no server for ${image.name} is in stock; tried ${tries.join('; ')}`,
    hint: 'try again later, choose another server type or location, or allow bigger disks with --allow-bigger-disk',
  })
}

async function tryPlacement(build: ImageBuild, image: PlannedImage, placement: Placement): Promise<BuildServer> {
  const { hetzner, signal, timeouts, scope } = build
  const name = resourceName(build.id, image.name)
  let id: number | undefined
  // The deletion is registered before the creation, by name, since an answer that gets lost leaves a server, too.
  const removed = scope.add({
    name: `server ${name}`,
    command: `hcloud server delete ${name}`,
    run: (deadline) => removeServer(build, name, () => id, deadline),
  })
  const created = await hetzner.servers
    .create(
      {
        name,
        serverType: placement.serverType,
        location: placement.location,
        image: SYSTEM_IMAGE,
        sshKeyIds: [build.key.id],
        labels: build.lease.labels(),
      },
      { signal },
    )
    .catch((error: unknown) => {
      // The API refused before it made anything, so there is nothing to remove.
      if (error instanceof TalosImageError && error.code === 'stock') removed()
      throw error
    })
  id = created.server.id
  const serverId = created.server.id
  const release = build.lease.hold((labels) => hetzner.servers.setLabels(serverId, labels))
  try {
    if (created.action !== undefined) {
      await hetzner.actions.wait(created.action, {
        signal,
        timeoutMs: timeouts.actionMs,
        name: `server ${name} to be created`,
      })
    }
    const server = created.action === undefined ? await waitUntilCreated(build, serverId) : created.server
    return { id: serverId, name, host: addressOf(server), placement }
  } catch (error) {
    await release()
    if (error instanceof TalosImageError && error.code === 'stock') {
      await removeServer(build, name, () => id, AbortSignal.timeout(timeouts.removeMs))
      removed()
    }
    throw error
  }
}

/** For a server that was adopted, whose creating action is not known. */
async function waitUntilCreated({ hetzner, signal, timeouts }: ImageBuild, id: number): Promise<Server> {
  for (const action of await hetzner.servers.actions(id, { signal })) {
    if (action.command !== 'create_server') continue
    await hetzner.actions.wait(action, { signal, timeoutMs: timeouts.actionMs, name: `server ${id} to be created` })
  }
  return hetzner.servers.get(id, { signal })
}

async function removeServer(
  { hetzner, clock, timeouts }: ImageBuild,
  name: string,
  id: () => number | undefined,
  signal: AbortSignal,
): Promise<void> {
  await persist(
    async () => {
      const urgent = { signal, urgent: true }
      const found = id() ?? (await hetzner.servers.findByName(name, urgent))?.id
      const action = found === undefined ? undefined : await hetzner.servers.delete(found, urgent)
      if (action === undefined) return
      await hetzner.actions.wait(action, { signal, timeoutMs: timeouts.removeMs, name: `server ${name} to be deleted` })
    },
    clock,
    signal,
  )
}

function addressOf(server: Server): string {
  const address = server.public_net.ipv4?.ip ?? server.public_net.ipv6?.ip.replace(/::\/64$/, '::1')
  if (address !== undefined) return address
  throw new TalosImageError({ code: 'api', message: `the server ${server.name} has no public address` })
}
