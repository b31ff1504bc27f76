/** A machine that has power and nothing else: no system, no SSH. For trying the API alone, and for its tests. */

import type { BootTarget, Machine, MachineKind, MachineSpec } from './machine.ts'

/** The kind `none`: always possible, costs nothing. `onBoot` is told of every boot, for those who want to watch. */
export function createNoMachines(onBoot: (spec: MachineSpec, target: BootTarget) => void = () => {}): MachineKind {
  return {
    name: 'none',
    check: () => Promise.resolve(),
    create: (spec) => createNoMachine(spec, onBoot),
  }
}

function createNoMachine(spec: MachineSpec, onBoot: (spec: MachineSpec, target: BootTarget) => void): Machine {
  let running = false
  return {
    spec,
    get running() {
      return running
    },
    async powerOn(target) {
      if (!running) onBoot(spec, target)
      running = true
    },
    powerOff() {
      running = false
      return Promise.resolve()
    },
  }
}
