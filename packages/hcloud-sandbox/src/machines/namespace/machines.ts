/** Machines in namespaces of this computer: real commands on a real file, and no way to anything else. */

import { type Clock, systemClock } from '../../clock.ts'
import { type MachineFaults, NO_FAULTS } from '../faults.ts'
import type { BootTarget, Machine, MachineKind, MachineSpec } from '../machine.ts'
import { createPowerTimers } from '../power-timers.ts'
import { checkNamespaces } from './check.ts'
import { type Isolation, openIsolation } from './isolation.ts'
import { listenForSsh, type SshServer } from './ssh-server.ts'

export interface NamespaceMachinesOptions {
  /** From power-on until SSH answers, in milliseconds; 0 unless told: SSH answers when `powerOn` resolves. */
  readonly bootMs?: number
  readonly clock?: Clock
  /** As `process.platform` says. */
  readonly platform?: NodeJS.Platform
  /** What goes wrong, and when; nothing unless told. */
  readonly faults?: MachineFaults | undefined
}

/**
 * Machines whose commands run for real, as an unused user of this computer, in user, mount, PID, UTS and IPC namespaces with a
 * private root. They share its network, since the emulated Image Factory listens on its loopback: what this computer
 * serves there, and sockets without a file, can be reached by a command as by any program of the user.
 *
 * Isolation is proven at power-on and again before each command; whatever is in doubt refuses to run.
 */
export function createNamespaceMachines(options: NamespaceMachinesOptions = {}): MachineKind {
  const { bootMs = 0, clock = systemClock, platform = process.platform, faults = NO_FAULTS } = options
  return {
    name: 'namespace',
    note: 'Servers are namespaces of this computer.',
    check: () => checkNamespaces(platform),
    create: (spec) => createMachine(spec, { bootMs, clock, faults }),
  }
}

/** One time that a machine is on. */
interface Power {
  readonly isolation: Isolation
  readonly off: AbortController
  ssh: SshServer | undefined
  booted: Promise<void>
}

function createMachine(
  spec: MachineSpec,
  { bootMs, clock, faults }: { readonly bootMs: number; readonly clock: Clock; readonly faults: MachineFaults },
): Machine {
  let power: Power | undefined
  // Switching on and off take turns, in the order in which they were asked for.
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const result = turn.then(act)
    turn = result.catch(() => undefined)
    return result
  }

  const switchOn = async (target: BootTarget) => {
    if (power !== undefined) return
    const { refuseSshMs = 0, losePowerMs, ignoreDiscard } = faults.atBoot(spec)
    const isolation = await openIsolation({
      diskFile: spec.diskFile,
      hostName: target.system === 'rescue' ? 'rescue' : spec.name,
      system: target.system,
      ...(ignoreDiscard === undefined ? {} : { ignoreDiscard }),
    })
    const now: Power = { isolation, off: new AbortController(), ssh: undefined, booted: Promise.resolve() }
    power = now
    const timers = createPowerTimers(clock, now.off.signal)
    const losePower = () => inTurn(async () => (power === now ? switchOff() : undefined))
    timers.after(losePowerMs, losePower)
    const listen = async () => {
      now.ssh = await listenForSsh({
        addresses: target.addresses ?? [spec.address],
        port: spec.sshPort,
        target,
        start: isolation.start,
        onConnection: () => faults.atConnection(spec),
        onCommand: (command, drop) => {
          const fault = faults.atCommand(spec, command)
          timers.after(fault.dropMs, drop)
          timers.after(fault.losePowerMs, losePower)
          const onEnd = async () => {
            await isolation.restoreDisk()
            if (fault.corruptByte !== undefined) await isolation.corruptDisk(fault.corruptByte)
          }
          return { stall: fault.stall === true, onEnd }
        },
      })
    }
    const sshMs = Math.max(bootMs, refuseSshMs)
    if (sshMs > 0) {
      // A machine that does not come up is what a client has to cope with; it runs all the same.
      now.booted = timers
        .sleep(sshMs)
        .then(listen)
        .catch(() => undefined)
    } else {
      try {
        await listen()
      } catch (error) {
        await switchOff()
        throw error
      }
    }
    void isolation.ended.then((end) =>
      inTurn(async () => {
        if (power !== now) return
        await switchOff()
        // Rescue is for one boot; the next one is that of the installed system.
        if (end === 'reboot') await switchOn({ ...target, system: 'disk' })
      }).catch(() => undefined),
    )
  }

  const switchOff = async () => {
    const last = power
    if (last === undefined) return
    power = undefined
    last.off.abort()
    await last.booted
    await last.ssh?.close()
    await last.isolation.close()
  }

  return {
    spec,
    get running() {
      return power !== undefined
    },
    powerOn: (target) => inTurn(() => switchOn(target)),
    powerOff: () => inTurn(switchOff),
  }
}
