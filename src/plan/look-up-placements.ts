/** Where an image can be built right now. */

import type { HetznerClient } from '../hetzner/client.ts'
import { type BootWish, rankBootPlacements } from './boot-test.ts'
import { type Placement, rankPlacements } from './placement.ts'
import { type Offers, toPlacementInput } from './placement-input.ts'
import type { PlannedImage } from './plan.ts'
import type { PlanRequest } from './request.ts'

/**
 * Asks a project for what it offers. The server types name locations, too; the list of those is only needed for their
 * network zones, and to say which there are.
 * @param wanted names of locations
 * @param hasNetworks whether a server is to be in a network, and so in its zone
 * @internal
 */
export async function lookUpOffers(
  { hetzner, signal }: { readonly hetzner: HetznerClient; readonly signal?: AbortSignal | undefined },
  wanted: readonly string[],
  hasNetworks: boolean,
): Promise<Omit<Offers, 'nowMs'>> {
  const [serverTypes, listed] = await Promise.all([
    hetzner.catalogue.serverTypes({ signal }),
    hasNetworks ? hetzner.catalogue.locations({ signal }) : undefined,
  ])
  if (listed !== undefined) return { serverTypes, locations: listed }
  const named = new Set(serverTypes.flatMap(({ locations }) => locations.map(({ name }) => name)))
  if (!wanted.every((name) => named.has(name))) {
    return { serverTypes, locations: await hetzner.catalogue.locations({ signal }) }
  }
  return { serverTypes, locations: [...named].map((name) => ({ name })) }
}

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
  const hasNetworks = server.networkZones !== undefined
  const offers = {
    ...(await lookUpOffers({ hetzner, signal }, [preferred.location.value], hasNetworks)),
    nowMs: Date.now(),
  }
  return rankPlacements(
    toPlacementInput(request, { architecture, ...preferred }, sourceFacts.rawBytes, offers, server.networkZones),
  ).placements
}

/**
 * Where a snapshot can be booted now.
 * @throws TalosImageError `token`, `api` or `network` when the project cannot be asked
 * @internal
 */
export async function lookUpBootPlacements(
  wish: BootWish,
  { hetzner, signal }: { readonly hetzner: HetznerClient; readonly signal: AbortSignal },
): Promise<Placement[]> {
  const offers = await lookUpOffers({ hetzner, signal }, [], wish.networkZones !== undefined)
  return rankBootPlacements(wish, { ...offers, nowMs: hetzner.now() })
}
