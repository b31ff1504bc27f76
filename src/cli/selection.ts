/** Asks a project which snapshot a selector picks. */

import type { Architecture } from '../domain.ts'
import { TalosImageError } from '../errors.ts'
import { isApiFailure } from '../hetzner/transport/api-failure.ts'
import { type Selection, selectNewest } from '../report/select.ts'
import type { Cloud } from './cloud.ts'

export interface SelectionInput {
  readonly selector: string
  readonly architecture: Architecture
  /** Where the selector was given, as messages call it. */
  readonly at: string
  readonly signal: AbortSignal
}

/**
 * What Terraform's `hcloud_image` with `most_recent` takes.
 * @throws TalosImageError `usage` when it is not a selector
 */
export async function selectSnapshot(
  { hetzner }: Cloud,
  { selector, architecture, at, signal }: SelectionInput,
): Promise<Selection> {
  const images = await hetzner.images.listSnapshots({ labelSelector: selector }, { signal }).catch((error: unknown) => {
    if (isApiFailure(error, 'invalid_input')) throw badSelector(selector, at)
    throw error
  })
  return selectNewest(selector, images, architecture)
}

/** @param name of the flag or argument that it was given with */
export function badSelector(selector: string, name: string): TalosImageError {
  return new TalosImageError({
    code: 'usage',
    message: `"${selector}" is not a label selector`,
    at: { kind: 'flag', name },
    hint: 'write it like "os=talos,role=worker" or "os=talos,!role"',
  })
}
