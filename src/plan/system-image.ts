/** The system that a build server is made with. It is never booted, so when there is none of that name another one does. */

import { architectureTitle } from '../domain.ts'
import type { Problem } from '../errors.ts'
import type { Image } from '../hetzner/wire.ts'
import { didYouMean } from '../util/near.ts'
import type { ImageRequest } from './request.ts'
import { SYSTEM_IMAGE } from './server-settings.ts'

/** Whether it must be looked up: neither the usual one nor an ID, which may be anything's. */
export function isNamedImage({ server: { systemImage } }: ImageRequest): boolean {
  return systemImage.value !== SYSTEM_IMAGE && !/^\d+$/.test(systemImage.value)
}

/**
 * What servers are made with: what was asked for, or the usual one.
 * @param offered what there is
 */
export function chooseSystemImage(
  image: ImageRequest,
  offered: readonly Image[],
): { readonly name: string; readonly warning: Problem | undefined } {
  const { value, origin } = image.server.systemImage
  const names = offered.flatMap(({ name, architecture }) =>
    architecture === image.architecture && name !== null ? [name] : [],
  )
  if (!isNamedImage(image) || names.includes(value)) return { name: value, warning: undefined }
  const architecture = architectureTitle(image.architecture)
  const warning: Problem = {
    code: 'config',
    message: `Hetzner Cloud has no image "${value}" for ${architecture} servers, so ${SYSTEM_IMAGE} is taken: it is never booted`,
    at: origin,
    hint: didYouMean(value, names) ?? `write "${SYSTEM_IMAGE}"`,
  }
  return { name: SYSTEM_IMAGE, warning }
}
