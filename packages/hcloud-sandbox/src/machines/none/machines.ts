/** A machine that has power and nothing else: no system, no SSH. For trying the API alone, and for its tests. */

import { type Clock, systemClock } from '../../clock.ts'
import { type MachineFaults, NO_FAULTS } from '../faults.ts'
import type { BootTarget, Machine, MachineKind, MachineSpec } from '../machine.ts'
import { createPowerTimers } from '../power-timers.ts'

export interface NoMachinesOptions {
  /** Only its loss of power at a boot has a meaning here. */
  readonly faults?: MachineFaults | undefined
  readonly clock?: Clock
}

/** The kind `none`: always possible, costs nothing. `onBoot` is told of every boot. */
export function createNoMachines(
  onBoot: (spec: MachineSpec, target: BootTarget) => void = () => {},
  { faults = NO_FAULTS, clock = systemClock }: NoMachinesOptions = {},
): MachineKind {
  const create = (spec: MachineSpec): Machine => {
    let power: AbortController | undefined
    const switchOff = () => {
      power?.abort()
      power = undefined
    }
    return {
      spec,
      get running() {
        return power !== undefined
      },
      async powerOn(target) {
        if (power !== undefined) return
        onBoot(spec, target)
        power = new AbortController()
        createPowerTimers(clock, power.signal).after(faults.atBoot(spec).losePowerMs, switchOff)
      },
      async powerOff() {
        switchOff()
      },
    }
  }
  const note = 'Servers have power and nothing else: no system, no SSH.'
  return { name: 'none', note, check: () => Promise.resolve(), create }
}
