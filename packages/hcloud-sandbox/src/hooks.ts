/** Everything that can be made to go wrong: by rules first, then by the hooks of the caller. */

import type { Clock } from './clock.ts'
import type { FailAction, Intercept } from './cloud/options.ts'
import type { Architecture } from './domain.ts'
import type { FactoryIntercept } from './factory/intercept.ts'
import { createFaults } from './faults/faults.ts'
import type { MachineFaults } from './machines/faults.ts'
import type { SandboxOptions } from './options.ts'

export interface Hooks {
  readonly intercept: Intercept
  readonly interceptFactory: FactoryIntercept
  readonly failAction: FailAction
  readonly machineFaults: MachineFaults
  /** The size of a server's disk, where a fault wants another one than its type's. */
  readonly diskBytes: (architecture: Architecture) => number | undefined
}

type HookOptions = Pick<SandboxOptions, 'faults' | 'onFault' | 'intercept' | 'interceptFactory' | 'failAction'>

export function createHooks(options: HookOptions, clock: Clock): Hooks {
  const faults = createFaults(options.faults ?? [], { clock, onFault: options.onFault })
  return {
    intercept: async (request, answer) => (await faults.api(request, answer)) ?? options.intercept?.(request, answer),
    interceptFactory: async (request, answer, signal) =>
      (await faults.factory(request, answer, signal)) ?? options.interceptFactory?.(request, answer, signal),
    failAction: (command, resources) => faults.action(command, resources) ?? options.failAction?.(command, resources),
    machineFaults: faults.machines,
    diskBytes: faults.diskBytes,
  }
}
