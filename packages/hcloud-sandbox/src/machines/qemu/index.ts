import { SandboxError } from '../../errors.ts'
import { defineMachineKind } from '../definition.ts'

/** Real machines, which boot a kernel and see a real disk. */
export const qemu = defineMachineKind({
  name: 'qemu',
  runsCommands: true,
  seesCommands: false,
  playsTalos: false,
  requirements: {
    name: 'QEMU',
    met: 'all that --machines qemu needs is here',
    check: async (platform) => (await import('./check.ts')).requirePrograms(platform),
  },
  async create({ cacheDir, ...options }) {
    if (cacheDir === undefined) {
      const message = 'there is no folder to keep the systems of qemu machines in'
      throw new SandboxError({ code: 'usage', message, hint: 'name one: XDG_CACHE_HOME=DIR, or cacheDir in a program' })
    }
    return (await import('./machines.ts')).createQemuMachines({ cacheDir, ...options })
  },
})
