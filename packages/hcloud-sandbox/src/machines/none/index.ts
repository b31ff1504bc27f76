import { defineMachineKind } from '../definition.ts'

/** Power and nothing else. */
export const none = defineMachineKind({
  name: 'none',
  runsCommands: false,
  seesCommands: false,
  playsTalos: true,
  create: async (options) => (await import('./machines.ts')).createNoMachines(undefined, options),
})
