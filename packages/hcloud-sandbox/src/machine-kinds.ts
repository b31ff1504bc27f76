/** Machines by the names of their kinds. */

import type { Clock } from './clock.ts'
import { SandboxError } from './errors.ts'
import type { FaultRule } from './faults/rule.ts'
import { describeRule, needsCommands } from './faults/rule.ts'
import type { MachineFaults } from './machines/faults.ts'
import type { MachineKind } from './machines/machine.ts'
import { createNamespaceMachines } from './machines/namespace.ts'
import { createNoMachines } from './machines/none.ts'

export interface MachineKindOptions {
  /** A kind by its name, or one of the caller's own, which is taken as it is; `namespace` by default. */
  readonly machines?: MachineKind['name'] | MachineKind | undefined
  readonly cacheDir?: string | undefined
  /** What the caller wants to go wrong; checked against what the kind can do. */
  readonly faults?: readonly FaultRule[] | undefined
  readonly machineFaults: MachineFaults
  readonly bootMs: number
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
}

export interface CheckedMachines {
  readonly kind: MachineKind
  /** What they are, for people. */
  readonly note: string
}

/**
 * Makes machines of a kind, and proves that they can run here.
 * @throws SandboxError `sandbox` when they cannot; `usage` when they cannot do what a fault wants
 */
export async function createMachines(options: MachineKindOptions): Promise<CheckedMachines> {
  const { machines = 'namespace', faults = [] } = options
  const name = typeof machines === 'string' ? machines : machines.name
  for (const rule of faults) requirePower(rule, name)
  const made = typeof machines === 'string' ? await create(machines, options) : { kind: machines, describe: () => '' }
  await made.kind.check()
  return { kind: made.kind, note: made.describe() }
}

/** QEMU machines are on their own behind their network: nobody sees the commands in them. */
function requirePower(rule: FaultRule, kind: MachineKind['name']): void {
  if (kind === 'namespace' || !needsCommands(rule)) return
  throw new SandboxError({
    code: 'usage',
    message: `"${describeRule(rule)}" needs machines whose commands the sandbox sees, and ${kind} machines are none`,
    hint: 'use --machines namespace, or a fault that is about the whole machine, such as: power fails after=10s',
  })
}

async function create(name: MachineKind['name'], options: MachineKindOptions) {
  const { cacheDir, machineFaults: faults, bootMs, clock, signal } = options
  switch (name) {
    case 'namespace': {
      const kind = createNamespaceMachines({ bootMs, clock, faults })
      return { kind, describe: () => 'Servers are namespaces of this computer.' }
    }
    case 'none': {
      const kind = createNoMachines(undefined, { faults, clock })
      return { kind, describe: () => 'Servers have power and nothing else: no system, no SSH.' }
    }
    case 'qemu': {
      if (cacheDir === undefined) throw new RangeError('qemu machines need a cacheDir')
      const { createQemuMachines } = await import('./machines/qemu.ts')
      // Connections go through a relay where there may be faults.
      const some = (options.faults ?? []).length > 0 ? { faults } : {}
      const kind = createQemuMachines({ cacheDir, clock, signal, ...some })
      return { kind, describe: () => kind.note }
    }
  }
}
