/** API tokens in templates: a snapshot must not land in another project than the template's. */

import type { TemplateImage } from '../config/template/images.ts'
import type { Problem } from '../errors.ts'
import { registerSecret } from '../util/redact.ts'
import type { Io } from './io.ts'

/** Tokens that a template gives and that are not the one that is used. */
export function findTemplateTokenProblems({ env }: Io, images: readonly TemplateImage[]): Problem[] {
  return images.flatMap(({ token }): Problem[] => {
    if (token === undefined || token.value === '') return []
    registerSecret(token.value)
    if (token.value === env.HCLOUD_TOKEN?.trim()) return []
    return [
      {
        code: 'token',
        message: 'the template gives an API token of its own, but the token comes from HCLOUD_TOKEN only',
        at: token.origin,
        hint: 'set HCLOUD_TOKEN to it, or leave "token" out of the template',
      },
    ]
  })
}
