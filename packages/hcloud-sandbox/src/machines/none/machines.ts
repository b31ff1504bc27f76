/** A machine that has power and nothing else: no system, no SSH; Talos alone is played. For trying the API alone, and for its tests. */

import { type Clock, systemClock } from '../../clock.ts'
import { type MachineFaults, NO_FAULTS } from '../faults.ts'
import type { BootTarget, MachineKind, MachineSpec } from '../machine.ts'
import { createPowerSwitch, type Running } from '../power-switch.ts'
import { playTalos } from '../talos/play-talos.ts'

export interface NoMachinesOptions {
  /** Only its loss of power at a boot, and what is about Talos, have a meaning here. */
  readonly faults?: MachineFaults | undefined
  readonly clock?: Clock
  /** From power-on until Talos answers, in milliseconds. */
  readonly bootMs?: number
}

/** It has power until that is taken away. */
const IDLE: Running = { ended: new Promise(() => {}), close: async () => undefined }

/** The kind `none`: always possible, costs nothing. `onBoot` is told of every boot. */
export function createNoMachines(
  onBoot: (spec: MachineSpec, target: BootTarget) => void = () => {},
  { faults = NO_FAULTS, clock = systemClock, bootMs = 0 }: NoMachinesOptions = {},
): MachineKind {
  return {
    name: 'none',
    note: 'Servers have power and nothing else: no system, no SSH.',
    check: () => Promise.resolve(),
    create: (spec) =>
      createPowerSwitch(spec, clock, async (target, { timers, losePower }) => {
        onBoot(spec, target)
        if (target.talos !== undefined) return playTalos(spec, target, { bootMs, faults, timers, losePower })
        timers.after(faults.atBoot(spec).losePowerMs, losePower)
        return IDLE
      }),
  }
}
