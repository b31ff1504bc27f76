/** Machines in QEMU: real ones, which boot a kernel and see a real disk. */

import { stat } from 'node:fs/promises'
import { type Clock, systemClock } from '../../clock.ts'
import type { Architecture } from '../../domain.ts'
import type { MachineFaults } from '../faults.ts'
import type { MachineKind } from '../machine.ts'
import type { Accelerator } from './argv.ts'
import { requirePrograms } from './check.ts'
import { createMachine } from './machine.ts'
import { describeSetups, makeSetups, type Setups } from './setup.ts'

export interface QemuMachinesOptions {
  /** Absolute path of the folder that keeps the systems, 60 to 85 MB for each architecture; made if need be. */
  readonly cacheDir: string
  /** Is told what is being prepared, where that takes a while: a line each, for people. */
  readonly onProgress?: ((line: string) => void) | undefined
  /** Is told what the machines print on their consoles, line by line. */
  readonly onConsole?: ((machine: string, line: string) => void) | undefined
  /** Ends the making of the systems. */
  readonly signal?: AbortSignal | undefined
  /**
   * What goes wrong, and when. Commands in these machines cannot be seen, nor can this process speak SSH in their place:
   * `atCommand` is never asked, and the connection faults `deny` and `new-host-key` do nothing.
   */
  readonly faults?: MachineFaults | undefined
  readonly clock?: Clock
  /** As `process.platform` and `process.arch` say. */
  readonly platform?: NodeJS.Platform
  readonly arch?: NodeJS.Architecture
}

export interface QemuMachines extends MachineKind {
  /** Why x86 machines stand in for ARM ones, in words; undefined when they do not, and before `check`. */
  readonly standIn: string | undefined
  /** What runs the processors of each architecture's machines; undefined before `check`. */
  readonly accelerators: Readonly<Record<Architecture, Accelerator>> | undefined
  /** What the machines are, and why they are slow where they are: sentences for people; less before `check`. */
  readonly note: string
}

/**
 * Machines with a kernel of their own, 2 GiB of memory and nothing of this computer but their disk file and its
 * network: 127.0.0.1 means the same inside as outside, so the emulated Image Factory is where its URL says.
 *
 * Rescue is a system made of Debian packages, which `check` fetches the first time. What is on the disk boots through
 * firmware: of the Factory's disks what stands in for Talos; of a placeholder disk nothing, and the machine then only has
 * power.
 */
export function createQemuMachines(options: QemuMachinesOptions): QemuMachines {
  const { cacheDir, onConsole, onProgress, signal, faults, clock = systemClock } = options
  const { platform = process.platform, arch = process.arch } = options
  let made: Promise<Setups> | undefined
  let known: Setups | undefined
  const prepare = (): Promise<Setups> => {
    made ??= requirePrograms(platform)
      .then(() => makeSetups({ cacheDir, arch, onProgress, signal }))
      .then((setups) => {
        known = setups
        return setups
      })
    made.catch(() => {
      // What is missing may be there the next time.
      made = undefined
    })
    return made
  }
  return {
    name: 'qemu',
    get standIn() {
      return known?.standIn
    },
    get accelerators() {
      if (known === undefined) return undefined
      return { x86: known.of.x86.accelerator.name, arm: known.of.arm.accelerator.name }
    },
    get note() {
      return known === undefined ? 'Servers are machines in QEMU.' : describeSetups(known)
    },
    async check() {
      await prepare()
    },
    async bootSystem(architecture) {
      const { talos } = (await prepare()).of[architecture].systems
      return { ...talos, bytes: (await stat(talos.fileSystem)).size }
    },
    create: (spec) =>
      createMachine({
        spec,
        setup: async () => (await prepare()).of[spec.architecture],
        clock,
        faults,
        onConsole: (line) => onConsole?.(spec.name, line),
      }),
  }
}
