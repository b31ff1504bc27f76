/** Where an image can be built right now. */

import type { HetznerClient } from '../hetzner/client.ts'
import { type Placement, rankPlacements } from './placement.ts'
import { toPlacementInput } from './placement-input.ts'
import type { PlannedImage } from './plan.ts'
import type { PlanRequest } from './request.ts'

/**
 * What is in stock for an image now, in the order in which it should be tried: what `build` can be given to look with
 * while it waits for servers to be in stock.
 * @throws TalosImageError `token`, `api` or `network` when the project cannot be asked
 */
export async function lookUpPlacements(
  request: PlanRequest,
  { architecture, sourceFacts, server, preferred }: PlannedImage,
  { hetzner, signal }: { readonly hetzner: HetznerClient; readonly signal?: AbortSignal | undefined },
): Promise<readonly Placement[]> {
  const [serverTypes, locations] = await Promise.all([
    hetzner.catalogue.serverTypes({ signal }),
    hetzner.catalogue.locations({ signal }),
  ])
  const offers = { serverTypes, locations, nowMs: Date.now() }
  return rankPlacements(
    toPlacementInput(request, { architecture, ...preferred }, sourceFacts.rawBytes, offers, server.networkZones),
  ).placements
}
