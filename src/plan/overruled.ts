/** URLs that something stronger makes needless. */

import type { Architecture } from '../domain.ts'
import type { Problem } from '../errors.ts'
import type { PlanRequest } from './request.ts'

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
