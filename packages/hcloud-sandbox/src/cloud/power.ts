/** The machines behind the servers, and which system they boot. */

import { access } from 'node:fs/promises'
import type { Clock } from '../clock.ts'
import { SandboxError } from '../errors.ts'
import type { BootTarget, Machine, MachineKind } from '../machines/machine.ts'
import { findServerType } from './catalogue/server-types.ts'
import type { StoredServer } from './entities.ts'
import { letsSshIn } from './firewalls.ts'
import { contains, parseRange } from './ip-range.ts'
import type { Store } from './store.ts'

/** Rescue is switched off when nobody has booted into it for an hour. Source: the API's documentation. */
const RESCUE_LASTS_MS = 60 * 60 * 1000

export interface Power {
  /** Boots the server: into rescue if that is enabled (which switches it off again), else from its disk. */
  on(server: StoredServer): Promise<void>
  /** Takes the power away; does nothing when there is none. */
  off(server: StoredServer): Promise<void>
  /** Takes the power away for good. */
  remove(server: StoredServer): Promise<void>
  /** The status to show: a machine that has switched itself off is off, whatever was noted before. */
  statusOf(server: StoredServer): StoredServer['status']
  /** Whether its machine has power. */
  isOn(server: StoredServer): boolean
  /** Takes the power from every machine. */
  allOff(): Promise<void>
}

export interface PowerOptions {
  readonly machines: MachineKind
  readonly store: Store
  readonly clock: Clock
  readonly sshPort: number
}

export function createPower({ machines, store, clock, sshPort }: PowerOptions): Power {
  const existing = new Map<number, Machine>()

  function machineOf(server: StoredServer): Machine {
    const known = existing.get(server.id)
    if (known !== undefined) return known
    const machine = machines.create({
      id: server.id,
      name: server.name,
      architecture: findServerType(server.serverType)?.architecture ?? 'x86',
      address: server.address,
      sshPort,
      diskFile: store.serverDisk(server.id),
    })
    existing.set(server.id, machine)
    return machine
  }

  const isOn = (server: StoredServer) => existing.get(server.id)?.running === true

  async function off(server: StoredServer): Promise<void> {
    await existing.get(server.id)?.powerOff()
  }

  return {
    async on(server) {
      const machine = machineOf(server)
      if (machine.running) return
      await requireDisk(server, store)
      const addresses = addressesOf(server, store, sshPort)
      const target = { ...bootTarget(server, clock.now()), addresses }
      await machine.powerOn(target)
      server.rescue = null
    },
    off,
    async remove(server) {
      await off(server)
      existing.delete(server.id)
    },
    statusOf: (server) => (server.status === 'running' && !isOn(server) ? 'off' : server.status),
    isOn,
    async allOff() {
      await Promise.all([...existing.values()].map((machine) => machine.powerOff()))
    },
  }
}

/** Whether the next boot goes into rescue. */
export function rescueIsEnabled(server: StoredServer, now: number): boolean {
  return server.rescue !== null && now - server.rescue.enabled < RESCUE_LASTS_MS
}

/** The port of SSH in the rules that people write for real servers. */
const SSH_PORT = 22
const LOOPBACK = parseRange('127.0.0.0/8')

/**
 * Where a machine answers: at its public address, unless firewalls keep SSH from it, and where it is in a private
 * network that this computer has. Both families of public addresses are one here.
 */
function addressesOf(server: StoredServer, { state }: Store, sshPort: number): string[] {
  const isPublic = server.enableIpv4 || server.enableIpv6
  const own = isPublic && letsSshIn(state.firewalls, server, [SSH_PORT, sshPort]) ? [server.address] : []
  return [...own, ...server.networks.map(({ ip }) => ip).filter(isLoopback)]
}

function isLoopback(ip: string): boolean {
  const range = parseRange(`${ip}/32`)
  return LOOPBACK !== undefined && range !== undefined && contains(LOOPBACK, range)
}

function bootTarget(server: StoredServer, now: number): BootTarget {
  const { rescue } = server
  if (rescue !== null && rescueIsEnabled(server, now)) {
    return { system: 'rescue', authorizedKeys: rescue.authorizedKeys, rootPassword: rescue.rootPassword }
  }
  return { system: 'disk', authorizedKeys: server.authorizedKeys, rootPassword: server.rootPassword }
}

async function requireDisk(server: StoredServer, store: Store): Promise<void> {
  const file = store.serverDisk(server.id)
  await access(file).catch((cause: unknown) => {
    const hint = 'delete the server and create it again'
    throw new SandboxError({ code: 'sandbox', message: `the server has no disk: ${file} is missing`, hint }, { cause })
  })
}
