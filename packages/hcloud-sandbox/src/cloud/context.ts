/** What all resources share: the parts of the cloud, and what a request carries. */

import type { ActionEngine } from './action-engine.ts'
import type { RunningMachines } from './machines.ts'
import type { CloudOptions } from './options.ts'
import type { Store } from './table.ts'

/** Hono's view of a request. */
export interface CloudEnv {
  Variables: {
    /** The project that the token belongs to. */
    project: string
  }
}

/** The parts of the cloud. */
export interface CloudContext {
  readonly options: CloudOptions
  readonly store: Store
  readonly engine: ActionEngine
  readonly machines: RunningMachines
}
