/** The build server: created switched off, at the first placement that is in stock. */

import type { Labels, SshOver } from '../../domain.ts'
import { TalosImageError } from '../../errors.ts'
import { mayHaveTakenEffect } from '../../hetzner/transport/retry.ts'
import type { Action, Server } from '../../hetzner/wire.ts'
import type { Placement } from '../../plan/placement.ts'
import type { PlannedImage } from '../../plan/plan.ts'
import { startDeadline } from '../../util/deadline.ts'
import { removeCreated } from '../remove-created.ts'
import { type ImageBuild, resourceName } from '../run.ts'
import { addressOf } from './server-address.ts'
import { findStock, isPlacementFailure } from './stock.ts'

export interface BuildServer {
  readonly id: number
  readonly name: string
  /** The address that SSH connects to. */
  readonly host: string
  readonly sshOver: SshOver
  readonly placement: Placement
  /** The size of its disk as the cloud tells it, in GB. */
  readonly diskGb: number
  /** How much of the disk the placeholder system's image covers, in GB; the rest was never written to. */
  readonly systemGb: number | undefined
  /** Removes it now, for another one in its place. What cannot be removed is removed at the end. */
  readonly replace: () => Promise<void>
  /** Begins its removal, whose end the clean-up waits for. Resolves at its end, whether or not that succeeded. */
  readonly beginRemoval: () => Promise<void>
}

/** What is known about the server that is being created. */
interface Creation {
  readonly name: string
  id: number | undefined
  /** Of its primary IPs. */
  addressIds: readonly number[]
  /** Whether a creating request ended without an answer. */
  inDoubt: boolean
  /** Stops renewing the lease. */
  release: (() => Promise<void>) | undefined
}

/**
 * Creates a server of an image, and registers its deletion.
 * @param suffix of its name, where it is not the first one of the image
 * @param freed ends when an earlier server of the image is gone, which the project's limit on servers may need
 * @throws TalosImageError `stock` and `limit` as `findStock` says; any other error of the API at once
 */
export async function createServer(
  build: ImageBuild,
  image: PlannedImage,
  suffix = '',
  freed?: Promise<void>,
): Promise<BuildServer> {
  const name = `${resourceName(build.id, image.name)}${suffix}`
  const creation: Creation = { name, id: undefined, addressIds: [], inDoubt: false, release: undefined }
  // The deletion is registered first, by name: a creation whose answer is lost leaves a server as well.
  const { forget, begin } = build.scope.add({
    name: `server ${name}`,
    command: `hcloud server delete ${name}`,
    run: (deadline) => removeServer(build, creation, deadline),
  })
  const attempt = (placement: Placement, placements: readonly Placement[]) =>
    tryPlacement(build, image, creation, { placement, placements })
  const created = await findStock(build, image, attempt, freed)
  const { live, hetzner, timeouts } = build
  const keep = async (labels: Labels): Promise<void> => {
    await creation.release?.()
    const urgent = { signal: AbortSignal.timeout(timeouts.actionMs), urgent: true }
    await hetzner.servers.setLabels(created.id, { ...image.server.labels, ...labels }, urgent)
    forget()
  }
  live.push({ name, host: created.host, keep })
  const replace = async (): Promise<void> => {
    live.length = 0
    using deadline = startDeadline(build.signal, build.timeouts.removeMs)
    await removeServer(build, creation, deadline.signal)
    forget()
  }
  const beginRemoval = (): Promise<void> => {
    live.length = 0
    return begin()
  }
  return { ...created, replace, beginRemoval }
}

async function tryPlacement(
  build: ImageBuild,
  { server: settings }: PlannedImage,
  creation: Creation,
  { placement, placements }: { readonly placement: Placement; readonly placements: readonly Placement[] },
): Promise<Omit<BuildServer, 'replace' | 'beginRemoval'>> {
  const { hetzner, signal, timeouts } = build
  const { name } = creation
  // The run's own labels come last, so that they cannot be overridden.
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
  creation.addressIds = addressIdsOf(created.server)
  creation.release = build.lease.hold((leased) => hetzner.servers.setLabels(id, labelsNow(leased)))
  try {
    const wait = { signal, timeoutMs: timeouts.actionMs, name: `server ${name} to be created` }
    // An adopted server was created by an earlier request whose answer was lost, possibly at another placement.
    const isAdopted = created.actions === undefined
    for (const action of created.actions ?? (await findCreation(build, id))) await hetzner.actions.wait(action, wait)
    // Private addresses are known only once the server is attached to its networks.
    const isKnown = !isAdopted && settings.networkIds.length === 0
    const server = isKnown ? created.server : await waitUntilCreated(build, id)
    const systemGb = server.image?.disk_size
    const found = isAdopted ? placementOf(server, placements) : placement
    const host = addressOf(server, settings)
    const diskGb = server.primary_disk_size ?? found.diskGb
    return { id, name, host, sshOver: settings.sshOver, placement: found, diskGb, systemGb }
  } catch (error) {
    // The name must be free before the next placement is tried.
    if (isPlacementFailure(error)) {
      await removeServer(build, creation, AbortSignal.timeout(timeouts.removeMs))
      creation.id = undefined
    }
    throw error
  }
}

/** The actions that created an adopted server, in their order. */
async function findCreation({ hetzner, signal }: ImageBuild, id: number): Promise<Action[]> {
  const actions = await hetzner.servers.actions(id, { signal })
  return actions.filter(({ command }) => CREATION.has(command)).toReversed()
}

/** The actions of an adopted server may not be told yet: it is looked at itself, until it is complete or the time is over. */
async function waitUntilCreated({ hetzner, signal, clock, timeouts }: ImageBuild, id: number): Promise<Server> {
  const until = clock.now() + timeouts.actionMs
  for (;;) {
    const server = await hetzner.servers.get(id, { signal })
    const isBusy = server.status === 'initializing' || server.locked === true
    if (!isBusy || clock.now() >= until) return server
    await clock.sleep(timeouts.settleMs / 6, signal)
  }
}

const CREATION = new Set(['create_server', 'attach_to_network', 'apply_firewall'])

function addressIdsOf({ public_net: { ipv4, ipv6 } }: Server): number[] {
  return [ipv4?.id, ipv6?.id].filter((id) => id !== undefined)
}

/** @returns whether there was a server */
async function removeServer(build: ImageBuild, creation: Creation, deadline: AbortSignal): Promise<boolean> {
  const { servers, actions } = build.hetzner
  const { name, inDoubt } = creation
  await creation.release?.()
  const urgent = { signal: deadline, urgent: true }
  const wait = { ...urgent, timeoutMs: build.timeouts.removeMs, name: `server ${name} to be deleted` }
  let { addressIds } = creation
  const find = async (): Promise<number | undefined> => {
    if (creation.id !== undefined) return creation.id
    const found = await servers.findByName(name, urgent)
    if (found !== undefined) addressIds = addressIdsOf(found)
    return found?.id
  }
  const remove = async (id: number): Promise<boolean> => {
    const action = await servers.delete(id, urgent)
    if (action !== undefined) await actions.wait(action, wait)
    build.deleted.push({ id, name, addressIds })
    return true
  }
  return removeCreated(build, { inDoubt, find, remove }, deadline)
}

function placementOf(server: Server, placements: readonly Placement[]): Placement {
  const { server_type, location } = server
  const placement = placements.find((one) => one.serverType === server_type.name && one.location === location.name)
  if (placement !== undefined) return placement
  const where = `${server_type.name} in ${location.name}`
  throw new TalosImageError({
    code: 'api',
    message: `the server ${server.name} is a ${where}, which is not one of the planned placements`,
  })
}
