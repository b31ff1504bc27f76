import { defineMachineKind } from '../definition.ts'

/** Real machines, which boot a kernel and see a real disk. */
export const qemu = defineMachineKind({
  name: 'qemu',
  runsCommands: true,
  seesCommands: false,
  requirements: {
    name: 'QEMU',
    met: 'all that --machines qemu needs is here',
    check: async (platform) => (await import('./check.ts')).requirePrograms(platform),
  },
  async create({ cacheDir, ...options }) {
    if (cacheDir === undefined) throw new RangeError('qemu machines need a cacheDir')
    return (await import('./machines.ts')).createQemuMachines({ cacheDir, ...options })
  },
})
