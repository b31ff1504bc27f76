/** Machines in QEMU for tests, with a rescue system that is made once and kept. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Clock } from '../../../src/clock.ts'
import type { Architecture } from '../../../src/domain.ts'
import type { MachineFaults } from '../../../src/machines/faults.ts'
import type { BootTarget, Machine } from '../../../src/machines/machine.ts'
import { requirePrograms } from '../../../src/machines/qemu/check.ts'
import { createQemuMachines } from '../../../src/machines/qemu/machines.ts'
import { findFreePort, logIn, MIB, makeDisk, makeFolder, makeKeys, type Shell } from '../fixture.ts'

/** It takes a minute and a way to Debian's mirrors to make them, so they are kept where packages keep such things. */
const CACHE_HOME = fileURLToPath(new URL('../../../../../node_modules/.cache/talos-image-qemu', import.meta.url))
/** Where the command keeps them below that. */
export const CACHE_DIR = join(CACHE_HOME, 'talos-image')
/** For a command that is to use them, too. */
export const QEMU_ENV = { XDG_CACHE_HOME: CACHE_HOME } as const

/** Why QEMU is not tried; undefined when it is. Without hardware virtualisation it takes minutes, so it is asked for. */
export const WHY_NOT =
  process.env.TALOS_IMAGE_TEST_QEMU === undefined
    ? 'set TALOS_IMAGE_TEST_QEMU=1 to run them'
    : await requirePrograms(process.platform).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      )

export interface TestMachine extends AsyncDisposable {
  readonly machine: Machine
  readonly target: BootTarget
  /** What the machine has printed so far. */
  readonly console: readonly string[]
  /** Waits until SSH answers, and logs in. */
  shell(how?: { privateKey: string } | { password: string }): Promise<Shell>
}

export interface TestMachineOptions {
  readonly architecture?: Architecture
  readonly faults?: MachineFaults
  readonly clock?: Clock
  /** What is on its disk; a small placeholder unless told. */
  readonly disk?: Buffer
}

/** A machine that is off, with a small disk. */
export async function makeQemuMachine(options: TestMachineOptions = {}): Promise<TestMachine> {
  const { architecture = 'x86', disk, ...others } = options
  const folder = await makeFolder()
  const keys = makeKeys()
  const console: string[] = []
  const kind = createQemuMachines({ ...others, cacheDir: CACHE_DIR, onConsole: (_, line) => console.push(line) })
  const diskFile = join(folder.path, 'disk.raw')
  if (disk === undefined) await makeDisk(diskFile, 64 * MIB)
  else await writeFile(diskFile, disk)
  const address = `127.0.${1 + Math.floor(Math.random() * 250)}.${1 + Math.floor(Math.random() * 250)}`
  const machine = kind.create({
    id: 7,
    name: `build-${architecture}`,
    architecture,
    address,
    sshPort: await findFreePort(address),
    talosPort: await findFreePort(address),
    diskFile,
  })
  return {
    machine,
    target: { system: 'rescue', authorizedKeys: [`${keys.public} someone`], rootPassword: 'letmein' },
    console,
    shell: (how = { privateKey: keys.private }) => logInWhenReady(machine, how),
    async [Symbol.asyncDispose]() {
      await machine.powerOff()
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** Tries as long as the connection is refused; whatever else goes wrong is thrown. */
async function logInWhenReady(machine: Machine, how: { privateKey: string } | { password: string }): Promise<Shell> {
  for (;;) {
    try {
      return await logIn(machine, how)
    } catch (error) {
      const isRefused = error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED'
      if (!isRefused || !machine.running) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}
