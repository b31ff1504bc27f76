import { defineMachineKind } from '../definition.ts'

/** Real commands on a real file, in namespaces of this computer; Linux only. */
export const namespace = defineMachineKind({
  name: 'namespace',
  runsCommands: true,
  seesCommands: true,
  playsTalos: true,
  requirements: {
    name: 'namespaces',
    met: 'machines of the sandbox are cut off from this computer: one was made, and closed again',
    check: async (platform) => (await import('./check.ts')).checkNamespaces(platform),
  },
  create: async (options) => (await import('./machines.ts')).createNamespaceMachines(options),
})
