/** URLs that something stronger makes needless, and what is weaker than a URL. */

import type { Architecture } from '../domain.ts'
import type { Problem } from '../errors.ts'
import type { PlanRequest, SchematicFile } from './request.ts'

/** That a URL was set for nothing. */
export function toOverruled(request: PlanRequest, architecture: Architecture, by: string): { warning?: Problem } {
  const { value: url, origin } = request.variables.imageUrls[architecture]
  if (url === null) return {}
  return {
    warning: {
      code: 'config',
      message: `image_url_${architecture} is set, but ${by} decides what is built`,
      at: origin,
      hint: `remove image_url_${architecture}, or leave out what overrules it`,
    },
  }
}

/**
 * The schematic of a generic image: the one that is asked for, or that of the settings file, unless there is a URL; then the
 * warning says so.
 */
export function chooseSchematic(
  { schematic, schematicIsDefault = false, variables }: PlanRequest,
  architecture: Architecture,
): { readonly schematic?: SchematicFile; readonly warning?: Problem } {
  const { value: url, origin: at } = variables.imageUrls[architecture]
  if (schematic === undefined) return {}
  if (!schematicIsDefault || url === null) return { schematic }
  const name = `image_url_${architecture}`
  const message = `${name} is set, so the image for ${architecture} is not made from ${schematic.file}`
  return { warning: { code: 'config', message, at, hint: `remove ${name} to have it made from that` } }
}
