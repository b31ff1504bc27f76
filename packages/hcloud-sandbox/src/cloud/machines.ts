/** The machines behind the servers. */

import type { BootTarget, Machine, MachineKind, MachineSpec } from '../machines/machine.ts'

export interface RunningMachines {
  /** Makes the machine unless it is there already, and boots it; does nothing when it is on. */
  on(spec: MachineSpec, target: BootTarget): Promise<void>
  /** Takes the power away; does nothing when there is none. */
  off(id: number): Promise<void>
  /** Takes the power away for good. */
  remove(id: number): Promise<void>
  /** Whether it has power: a machine may have switched itself off. */
  isOn(id: number): boolean
  /** Takes the power from every machine. */
  allOff(): Promise<void>
}

export function createRunningMachines(kind: MachineKind): RunningMachines {
  const machines = new Map<number, Machine>()
  const off = async (id: number): Promise<void> => machines.get(id)?.powerOff()
  return {
    async on(spec, target) {
      const machine = machines.get(spec.id) ?? kind.create(spec)
      machines.set(spec.id, machine)
      await machine.powerOn(target)
    },
    off,
    async remove(id) {
      await off(id)
      machines.delete(id)
    },
    isOn: (id) => machines.get(id)?.running === true,
    async allOff() {
      await Promise.all([...machines.keys()].map(off))
    },
  }
}
