/** Asks a project which snapshot a selector picks. */

import type { Architecture } from '../domain.ts'
import { type Origin, TalosImageError } from '../errors.ts'
import type { HetznerClient } from '../hetzner/client.ts'
import { isApiFailure } from '../hetzner/transport/api-failure.ts'
import { type Selection, selectNewest } from '../report/select.ts'

export interface SelectionInput {
  readonly selector: string
  readonly architecture: Architecture
  /** Where the selector was given. */
  readonly at: Origin
  readonly signal: AbortSignal
}

/**
 * What Terraform's `hcloud_image` with `most_recent` takes.
 * @throws TalosImageError `usage` when it is not a selector
 */
export async function selectSnapshot(
  { hetzner }: { readonly hetzner: HetznerClient },
  { selector, architecture, at, signal }: SelectionInput,
): Promise<Selection> {
  const images = await hetzner.images.listSnapshots({ labelSelector: selector }, { signal }).catch((error: unknown) => {
    if (isApiFailure(error, 'invalid_input')) throw badSelector(selector, at)
    throw error
  })
  return selectNewest(selector, images, architecture)
}

export function badSelector(selector: string, at: Origin): TalosImageError {
  return new TalosImageError({
    code: 'usage',
    message: `"${selector}" is not a label selector`,
    at,
    hint: 'write it like "os=talos,role=worker" or "os=talos,!role"',
  })
}
