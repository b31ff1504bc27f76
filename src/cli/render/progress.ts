/** What shows a build while it runs. */

import type { EventListener } from '../../run/events.ts'

export interface ProgressView {
  readonly onEvent: EventListener
  /** Leaves the screen as it is to stay. */
  close(): void
}
