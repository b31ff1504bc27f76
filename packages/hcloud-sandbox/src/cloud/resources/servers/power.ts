/** What a server boots, and the actions about its power. */

import { access } from 'node:fs/promises'
import { SandboxError } from '../../../errors.ts'
import { OTHER_SSH_PORT_BY, type RescueFaults } from '../../../machines/faults.ts'
import type { BootTarget, MachineSpec } from '../../../machines/machine.ts'
import { atEnd } from '../../action-engine.ts'
import type { CloudContext } from '../../context.ts'
import { contains, parseRange } from '../../ip-range.ts'
import type { ResourceOptions } from '../../resource.ts'
import { firewalls, letsIn } from '../firewalls.ts'
import { primaryIpsOf } from '../primary-ips.ts'
import { findServerType } from '../server-types.ts'
import { createPassword, type Server, servers, startServerAction } from './server.ts'

/** Rescue is switched off again when the server was not booted into it within an hour. Source: the API's documentation. */
const RESCUE_LASTS_MS = 60 * 60 * 1000

/** Whether the next boot goes into rescue. */
export function rescueIsEnabled({ rescue }: Server, now: number): boolean {
  return rescue !== null && now - rescue.enabled < RESCUE_LASTS_MS
}

/**
 * Boots the server: into rescue if that is enabled (which switches it off again), else from its disk. A boot that ignores
 * rescue lets it stay enabled, and nothing answers SSH until the next boot.
 */
export async function boot(cloud: CloudContext, server: Server): Promise<void> {
  const { machines, options, store } = cloud
  if (!machines.isOn(server.id)) {
    const diskFile = servers.diskFile(store, server.id)
    await requireDisk(diskFile)
    const spec = {
      id: server.id,
      name: server.name,
      architecture: findServerType(server.serverType)?.architecture ?? 'x86',
      address: server.address,
      sshPort: options.sshPort,
      talosPort: options.talosPort,
      diskFile,
    }
    const wanted = bootTarget(server, options.clock.now())
    const target = wanted.system === 'disk' ? await withTalos(cloud, server, wanted, diskFile) : wanted
    const faults = target.system === 'rescue' ? (options.rescueFaults?.(spec) ?? {}) : {}
    if (server.rescue !== null && faults.isIgnored) {
      await machines.on(spec, { ...installedSystem(server), addresses: [] })
      server.rescue.isUsedUp = true
    } else {
      await machines.on(
        spec,
        spoil({ ...target, addresses: addressesOf(cloud, server, [SSH_PORT, options.sshPort]) }, server, spec, faults),
      )
      if (target.system === 'rescue') server.rescue = null
    }
  }
  server.status = 'running'
}

async function stop({ machines }: CloudContext, server: Server): Promise<void> {
  await machines.off(server.id)
  server.status = 'off'
}

async function restart(cloud: CloudContext, server: Server): Promise<void> {
  await cloud.machines.off(server.id)
  await boot(cloud, server)
}

/**
 * Machines have no ACPI, so a shutdown ends like a power-off, only later.
 * Assumed, since it is not documented: what is already so succeeds, and a restart of a server that is off starts it.
 */
export const powerActions: ResourceOptions<Server>['actions'] = {
  poweron: powerAction('start_server', 'starting', boot),
  poweroff: powerAction('stop_server', 'stopping', stop),
  shutdown: powerAction('shutdown_server', 'stopping', stop),
  reboot: powerAction('reboot_server', 'running', restart),
  reset: powerAction('reset_server', 'running', restart),
}

function powerAction(
  command: string,
  meanwhile: Server['status'],
  run: (cloud: CloudContext, server: Server) => Promise<void>,
) {
  return (server: Server, { cloud }: { readonly cloud: CloudContext }) => ({
    action: startServerAction(cloud, server, { command, meanwhile, work: atEnd(() => run(cloud, server)) }),
  })
}

/** The port of SSH in the rules that people write for real servers. */
const SSH_PORT = 22
/** The port of Talos's API, likewise. */
const TALOS_PORT = 50_000
const LOOPBACK = parseRange('127.0.0.0/8')

/** What it boots from its disk: Talos, if that was written to it. */
async function withTalos(
  cloud: CloudContext,
  server: Server,
  target: BootTarget,
  diskFile: string,
): Promise<BootTarget> {
  const { disks, talosPort } = cloud.options
  const talos = await disks.readTalosDisk(diskFile)
  return { ...target, talos, talosAddresses: addressesOf(cloud, server, [TALOS_PORT, talosPort]) }
}

/**
 * Where a machine answers: at its public address, unless firewalls keep what comes to these ports from it, and where it is in a private
 * network that this computer has. Both families of public addresses are one here.
 */
function addressesOf({ store }: CloudContext, server: Server, ports: readonly number[]): string[] {
  const isOpen = letsIn(firewalls.rows(store), server, ports)
  const own = isOpen ? primaryIpsOf(store, server).map(({ address }) => address) : []
  return [...new Set(own), ...server.networks.map(({ ip }) => ip).filter(isLoopback)]
}

function isLoopback(ip: string): boolean {
  const range = parseRange(`${ip}/32`)
  return LOOPBACK !== undefined && range !== undefined && contains(LOOPBACK, range)
}

/** How a boot into rescue is not as it should be. */
function spoil(
  target: Required<Pick<BootTarget, 'addresses'>> & BootTarget,
  { enableIpv4, address }: Server,
  { sshPort }: MachineSpec,
  { hasOtherAddress, hasOtherPort, hasNoPassword, isImposter, delayMs = 0 }: RescueFaults,
): BootTarget {
  // A server with an IPv4 address still answers there, and here both families lead to one address.
  const moved =
    hasOtherAddress && !enableIpv4 ? target.addresses.map((one) => (one === address ? neighbour(one) : one)) : []
  return {
    ...target,
    ...(moved.length > 0 ? { addresses: moved } : {}),
    ...(hasNoPassword ? { rootPassword: '' } : isImposter ? { rootPassword: createPassword() } : {}),
    ...(hasOtherPort ? { sshPort: sshPort + OTHER_SSH_PORT_BY } : {}),
    ...(delayMs > 0 ? { sshDelayMs: delayMs } : {}),
  }
}

/** An address of the same network that no machine has: machines' own end in 1. */
const neighbour = (address: string): string => address.replace(/\d+$/, '9')

function installedSystem({ authorizedKeys, rootPassword }: Server): BootTarget {
  return { system: 'disk', authorizedKeys, rootPassword }
}

function bootTarget(server: Server, now: number): BootTarget {
  const { rescue } = server
  if (rescue !== null && !rescue.isUsedUp && rescueIsEnabled(server, now)) {
    return { system: 'rescue', authorizedKeys: rescue.authorizedKeys, rootPassword: rescue.rootPassword }
  }
  return installedSystem(server)
}

async function requireDisk(file: string): Promise<void> {
  await access(file).catch((cause: unknown) => {
    const hint = 'delete the server and create it again'
    throw new SandboxError({ code: 'sandbox', message: `the server has no disk: ${file} is missing`, hint }, { cause })
  })
}
