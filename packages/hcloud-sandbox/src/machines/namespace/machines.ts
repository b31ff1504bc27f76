/** Machines in namespaces of this computer: real commands on a real file, and no way to anything else. */

import { type Clock, systemClock } from '../../clock.ts'
import { type MachineFaults, NO_FAULTS } from '../faults.ts'
import { requireFree } from '../listen.ts'
import type { Machine, MachineKind, MachineSpec } from '../machine.ts'
import { createPowerSwitch } from '../power-switch.ts'
import { playTalos } from '../talos/play-talos.ts'
import { checkNamespaces } from './check.ts'
import { openIsolation } from './isolation.ts'
import { hashPassword } from './password-hash.ts'
import { listenForSsh, makeHostKey, type SshServer } from './ssh-server.ts'

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
 * Machines whose commands run for real, as a user that this computer does not have, in user, mount, PID, UTS and IPC namespaces with a
 * private root. They share its network, since the emulated Image Factory listens on its loopback: what this computer
 * serves there, and sockets without a file, can be reached by a command as by any program of the user.
 *
 * Isolation is proven at power-on and again before each command; a machine in doubt refuses to run.
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

function createMachine(
  spec: MachineSpec,
  { bootMs, clock, faults }: { readonly bootMs: number; readonly clock: Clock; readonly faults: MachineFaults },
): Machine {
  return createPowerSwitch(spec, clock, async (target, { timers, losePower }) => {
    if (target.talos !== undefined) return playTalos(spec, target, { bootMs, faults, timers, losePower })
    const { addresses = [spec.address], sshPort = spec.sshPort, sshDelayMs = 0 } = target
    for (const address of addresses) await requireFree(address, sshPort)
    const { refuseSshMs = 0, losePowerMs, ignoreDiscard } = faults.atBoot(spec)
    const hostKey = makeHostKey()
    const isolation = await openIsolation({
      diskFile: spec.diskFile,
      hostName: target.system === 'rescue' ? 'rescue' : spec.name,
      system: target.system,
      passwordHash: await hashPassword(target.rootPassword),
      hostKey: hostKey.public,
      ...(ignoreDiscard === undefined ? {} : { ignoreDiscard }),
    })
    timers.after(losePowerMs, losePower)
    let ssh: SshServer | undefined
    const listen = async () => {
      ssh = await listenForSsh({
        addresses,
        port: sshPort,
        target,
        hostKey: hostKey.private,
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
    let booted: Promise<void> = Promise.resolve()
    const close = async () => {
      await booted
      await ssh?.close()
      await isolation.close()
    }
    const sshMs = Math.max(bootMs + sshDelayMs, refuseSshMs)
    if (sshMs > 0) {
      // The port was free a moment ago; should it be taken now, the machine runs all the same, and does not answer.
      booted = timers
        .sleep(sshMs)
        .then(listen)
        .catch(() => undefined)
    } else {
      await listen().catch(async (error: unknown) => {
        await close()
        throw error
      })
    }
    return { ended: isolation.ended, close }
  })
}
