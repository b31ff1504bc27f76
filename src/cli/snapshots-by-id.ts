/** Snapshots by ID. */

import { TalosImageError } from '../errors.ts'
import type { HetznerClient } from '../hetzner/client.ts'
import { isApiFailure } from '../hetzner/transport/api-failure.ts'
import type { Image } from '../hetzner/wire.ts'

/** What surprises those who have several projects. */
export const STAYS =
  'snapshots cannot move between projects, each needs its own (--project NAME looks into another one)'

/** @throws TalosImageError `not-found` when the project has no image with this ID */
export async function getSnapshot(hetzner: HetznerClient, id: number, signal: AbortSignal): Promise<Image> {
  try {
    return await hetzner.images.get(id, { signal })
  } catch (error) {
    if (!isApiFailure(error, 'not_found')) throw error
    throw new TalosImageError({
      code: 'not-found',
      message: `there is no snapshot ${id} in this project`,
      hint: `\`talos-image list\` shows what there is; ${STAYS}`,
    })
  }
}
