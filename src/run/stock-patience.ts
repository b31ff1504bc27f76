/** Whether and how to wait for servers that are out of stock. */

import type { Placement } from '../plan/placement.ts'
import type { PlannedImage } from '../plan/plan.ts'

/** How long to wait for servers to be in stock. */
export interface StockPatience {
  /** Milliseconds; 0: not at all. */
  readonly waitMs: number
  /** What is in stock for an image now; see {@link lookUpPlacements}. */
  readonly look: (image: PlannedImage, signal: AbortSignal) => Promise<readonly Placement[]>
}
