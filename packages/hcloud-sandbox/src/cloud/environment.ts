/** What all routes share: the rooms of the cloud, and what a request carries. */

import type { ActionEngine } from './action-engine.ts'
import type { CloudOptions } from './options.ts'
import type { Power } from './power.ts'
import type { Store } from './store.ts'

/** Hono's view of a request. */
export interface CloudEnv {
  Variables: {
    /** The project that the token belongs to. */
    project: string
  }
}

/** The rooms of the cloud. */
export interface CloudContext {
  readonly options: CloudOptions
  readonly store: Store
  readonly engine: ActionEngine
  readonly power: Power
}
