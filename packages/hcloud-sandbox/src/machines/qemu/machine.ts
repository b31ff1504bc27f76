/** A machine, switched on and off. */

import { once } from 'node:events'
import type { Clock } from '../../clock.ts'
import { SandboxError } from '../../errors.ts'
import type { MachineFaults } from '../faults.ts'
import { requireFree } from '../listen.ts'
import type { BootTarget, Machine, MachineSpec } from '../machine.ts'
import { createPowerSwitch } from '../power-switch.ts'
import { toMachineArgv } from './argv.ts'
import { openBootFiles } from './boot-files.ts'
import { type Emulator, startEmulator } from './emulator.ts'
import { type Forward, type ForwardOptions, forward } from './forward.ts'
import { READY_MESSAGE } from './rescue/init-script.ts'
import type { Setup } from './setup.ts'
import { TALOS_PORT } from './talos/init-script.ts'
import { ANSWERING_MESSAGE } from './talos/server-script.ts'

export interface MachineOptions {
  readonly spec: MachineSpec
  /** @throws SandboxError `sandbox` when there can be no machine */
  readonly setup: () => Promise<Setup>
  /** Is told what the machine prints on its console. */
  readonly onConsole: (line: string) => void
  readonly clock: Clock
  /** What goes wrong, and when; without it clients talk to QEMU itself. */
  readonly faults: MachineFaults | undefined
}

/** A machine that is off. */
export function createMachine({ spec, setup, onConsole, clock, faults }: MachineOptions): Machine {
  const start = async (
    argv: readonly string[],
    rescue: BootTarget | undefined,
    onLine: (line: string) => void,
  ): Promise<Emulator> => {
    using files = rescue === undefined ? undefined : openBootFiles(rescue)
    const descriptors = files === undefined ? [] : [files.authorizedKeys, files.rootPassword]
    try {
      return await startEmulator(argv, { descriptors, onLine })
    } catch (cause) {
      throw notStarted(spec.name, cause)
    }
  }

  return createPowerSwitch(spec, clock, async (target, { off, timers, losePower }) => {
    const { platform, accelerator, systems } = await setup()
    const { addresses = [spec.address], sshPort = spec.sshPort, sshDelayMs = 0 } = target
    const isRescue = target.system === 'rescue'
    const { talos, talosAddresses = [spec.address] } = target
    for (const address of addresses) await requireFree(address, sshPort)
    if (!isRescue) for (const address of talosAddresses) await requireFree(address, spec.talosPort)
    const { refuseSshMs = 0, losePowerMs, ignoreDiscard = false } = faults?.atBoot(spec) ?? {}
    const argv = toMachineArgv({
      platform,
      accelerator: accelerator.name,
      name: spec.name,
      id: spec.id,
      diskFile: spec.diskFile,
      rescue: isRescue ? systems.rescue : undefined,
      isRoot: process.getuid?.() === 0,
      ignoreDiscard,
    })
    const ready = new AbortController()
    const emulator = await start(argv, isRescue ? target : undefined, (line) => {
      onConsole(line)
      if (line.includes(READY_MESSAGE) || line.includes(ANSWERING_MESSAGE)) ready.abort()
    })
    timers.after(losePowerMs, losePower)
    /** One for each address and port. */
    const forwards: Forward[] = []
    const open = async (where: readonly string[], options: Omit<ForwardOptions, 'address' | 'qmp'>): Promise<void> => {
      off.throwIfAborted()
      for (const address of where) forwards.push(await forward({ ...options, address, qmp: emulator.qmp }))
    }
    const waitUntilReady = async (): Promise<void> => {
      if (!ready.signal.aborted) await once(ready.signal, 'abort', { signal: off })
    }
    const openSsh = async (): Promise<void> => {
      if (refuseSshMs > 0) await timers.sleep(refuseSshMs)
      // Rescue says when it answers, so that until then the connection is refused and not left hanging. Whether the
      // system on a disk ever does is unknown: a connection to it hangs as on any machine that does not answer.
      if (isRescue) await waitUntilReady()
      if (sshDelayMs > 0) await timers.sleep(sshDelayMs)
      const onConnection = faults === undefined ? undefined : () => faults.atConnection(spec)
      await open(addresses, { port: sshPort, machinePort: 22, onConnection })
    }
    const openTalos = async (): Promise<void> => {
      const wrong = talos === undefined ? undefined : faults?.atTalos(spec)
      // A disk of the emulated Factory says when it answers, too, and has no SSH.
      if (talos !== undefined) await Promise.all([waitUntilReady(), timers.sleep(wrong?.refuseMs ?? 0)])
      await timers.sleep(wrong?.delayMs ?? 0)
      const onConnection = wrong?.isSilent ? () => 'silent' as const : undefined
      await open(talosAddresses, { port: spec.talosPort, machinePort: TALOS_PORT, onConnection })
    }
    const opening = Promise.all([
      ...(talos === undefined ? [openSsh()] : []),
      ...(isRescue ? [] : [openTalos()]),
    ]).catch((error: unknown) => {
      if (!off.aborted) onConsole(`qemu: ${error instanceof Error ? error.message : error}`)
    })
    const close = async (): Promise<void> => {
      await emulator.close()
      await opening
      for (const forward of forwards) await forward.close()
    }
    return { ended: emulator.ended, close }
  })
}

function notStarted(name: string, cause: unknown): SandboxError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new SandboxError(
    {
      code: 'sandbox',
      message: `QEMU cannot run the machine ${name}: ${reason}`,
      hint: 'if another program uses its disk file, end that program; else see whether QEMU itself works here',
    },
    { cause },
  )
}
