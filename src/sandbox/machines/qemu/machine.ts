/** A machine, switched on and off. */

import { TalosImageError } from '../../../errors.ts'
import type { BootTarget, Machine, MachineSpec } from '../machine.ts'
import { requireFree } from './address.ts'
import { NETWORK, toMachineArgv } from './argv.ts'
import { writeBootFiles } from './boot-files.ts'
import { type Emulator, startEmulator } from './emulator.ts'
import { READY_MARK } from './rescue/init-script.ts'
import type { Setup } from './setup.ts'

export interface MachineOptions {
  readonly spec: MachineSpec
  /** @throws TalosImageError `sandbox` when there can be no machine */
  readonly setup: () => Promise<Setup>
  /** Is told what the machine prints on its console. */
  readonly onConsole: (line: string) => void
}

/** A machine that is off. */
export function createMachine({ spec, setup, onConsole }: MachineOptions): Machine {
  let emulator: Emulator | undefined
  // Switching on and off take turns, in the order in which they were asked for.
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const result = turn.then(act)
    turn = result.catch(() => undefined)
    return result
  }

  const switchOn = async (target: BootTarget): Promise<void> => {
    if (emulator !== undefined) return
    const { platform, accelerator, rescue } = await setup()
    await requireFree(spec.address, spec.sshPort)
    await using files = await writeBootFiles(target)
    const argv = toMachineArgv({
      platform,
      accelerator,
      name: spec.name,
      diskFile: spec.diskFile,
      rescue: target.system === 'rescue' ? { ...rescue, ...files } : undefined,
      isRoot: process.getuid?.() === 0,
    })
    let now: Emulator | undefined
    let answersSsh = false
    const letIn = (): void => {
      // Only now, so that until SSH answers the connection is refused and not left hanging.
      const forward = `hostfwd_add ${NETWORK} tcp:${spec.address}:${spec.sshPort}-:22`
      void now?.qmp.monitor(forward).then(
        (complaint) => complaint === '' || onConsole(`qemu: ${complaint}`),
        () => undefined,
      )
    }
    try {
      now = await startEmulator(argv, (line) => {
        onConsole(line)
        if (!line.includes(READY_MARK)) return
        answersSsh = true
        letIn()
      })
    } catch (cause) {
      throw notStarted(spec.name, cause)
    }
    if (answersSsh) letIn()
    const started = now
    emulator = started
    void started.ended.then((end) =>
      inTurn(async () => {
        if (emulator !== started) return
        emulator = undefined
        // Rescue is for one boot; the next one is that of the installed system.
        if (end === 'reboot') await switchOn({ ...target, system: 'disk' })
      }).catch(() => undefined),
    )
  }

  const switchOff = async (): Promise<void> => {
    const last = emulator
    emulator = undefined
    await last?.close()
  }

  return {
    spec,
    get running() {
      return emulator !== undefined
    },
    powerOn: (target) => inTurn(() => switchOn(target)),
    powerOff: () => inTurn(switchOff),
  }
}

function notStarted(name: string, cause: unknown): TalosImageError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new TalosImageError(
    {
      code: 'sandbox',
      message: `QEMU cannot run the machine ${name}: ${reason}`,
      hint: 'If another program uses its disk file, end that program; else see whether QEMU itself works here.',
    },
    { cause },
  )
}
