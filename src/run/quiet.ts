/** Watchers that can do no harm. */

import { NO_TRACE, type Trace } from '../util/trace.ts'
import type { EventListener } from './events.ts'

/** What watches a build must not be able to stop its clean-up. */
export function quietly(listener: EventListener): EventListener {
  return (event) => {
    try {
      listener(event)
    } catch {
      // Somebody else's mistake.
    }
  }
}

/** The same for who writes a debug log. */
export function quietTrace(trace: Trace = NO_TRACE): Trace {
  return (kind, details) => {
    try {
      trace(kind, details)
    } catch {
      // Somebody else's mistake, too.
    }
  }
}
