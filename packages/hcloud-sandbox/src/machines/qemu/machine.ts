/** A machine, switched on and off. */

import { once } from 'node:events'
import type { Clock } from '../../clock.ts'
import { SandboxError } from '../../errors.ts'
import type { MachineFaults } from '../faults.ts'
import type { BootTarget, Machine, MachineSpec } from '../machine.ts'
import { createPowerTimers } from '../power-timers.ts'
import { requireFree } from './address.ts'
import { toMachineArgv } from './argv.ts'
import { openBootFiles } from './boot-files.ts'
import { type Door, openDoor } from './door.ts'
import { type Emulator, startEmulator } from './emulator.ts'
import { READY_MARK } from './rescue/init-script.ts'
import type { Setup } from './setup.ts'

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

/** One time that a machine is on. */
interface Power {
  readonly emulator: Emulator
  readonly off: AbortController
  /** Settles when the way to SSH is open, or will never be. */
  opening: Promise<unknown>
  /** One for each address. */
  readonly doors: Door[]
}

/** A machine that is off. */
export function createMachine({ spec, setup, onConsole, clock, faults }: MachineOptions): Machine {
  let power: Power | undefined
  // Switching on and off take turns, in the order in which they were asked for.
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const result = turn.then(act)
    turn = result.catch(() => undefined)
    return result
  }

  const switchOn = async (target: BootTarget): Promise<void> => {
    if (power !== undefined) return
    const { platform, accelerator, rescue } = await setup()
    const { addresses = [spec.address] } = target
    for (const address of addresses) await requireFree(address, spec.sshPort)
    const { refuseSshMs = 0, losePowerMs, ignoreDiscard = false } = faults?.atBoot(spec) ?? {}
    const isRescue = target.system === 'rescue'
    const argv = toMachineArgv({
      platform,
      accelerator: accelerator.name,
      name: spec.name,
      diskFile: spec.diskFile,
      rescue: isRescue ? rescue : undefined,
      isRoot: process.getuid?.() === 0,
      ignoreDiscard,
    })
    const off = new AbortController()
    const ready = new AbortController()
    const emulator = await start(argv, isRescue ? target : undefined, (line) => {
      onConsole(line)
      if (line.includes(READY_MARK)) ready.abort()
    })
    const now: Power = { emulator, off, opening: Promise.resolve(), doors: [] }
    power = now
    const timers = createPowerTimers(clock, off.signal)
    timers.after(losePowerMs, () => inTurn(async () => (power === now ? switchOff() : undefined)))
    const letIn = async (): Promise<void> => {
      if (refuseSshMs > 0) await timers.sleep(refuseSshMs)
      // Rescue says when it answers, so that until then the connection is refused and not left hanging. Whether the
      // system on a disk ever does, nobody knows: a connection to it hangs as on any machine that does not answer.
      if (isRescue && !ready.signal.aborted) await once(ready.signal, 'abort', { signal: off.signal })
      off.signal.throwIfAborted()
      for (const address of addresses) now.doors.push(await openDoor({ ...spec, address }, emulator.qmp, faults))
    }
    now.opening = letIn().catch((error: unknown) => {
      if (!off.signal.aborted) onConsole(`qemu: ${error instanceof Error ? error.message : error}`)
    })
    void emulator.ended.then((end) =>
      inTurn(async () => {
        if (power !== now) return
        await switchOff()
        // Rescue is for one boot; the next one is that of the installed system.
        if (end === 'reboot') await switchOn({ ...target, system: 'disk' })
      }).catch(() => undefined),
    )
  }

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

  const switchOff = async (): Promise<void> => {
    const last = power
    if (last === undefined) return
    power = undefined
    last.off.abort()
    await last.emulator.close()
    await last.opening
    for (const door of last.doors) await door.close()
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

function notStarted(name: string, cause: unknown): SandboxError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new SandboxError(
    {
      code: 'sandbox',
      message: `QEMU cannot run the machine ${name}: ${reason}`,
      hint: 'If another program uses its disk file, end that program; else see whether QEMU itself works here.',
    },
    { cause },
  )
}
