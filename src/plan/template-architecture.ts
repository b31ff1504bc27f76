/** Which architecture an image of a template has. */

import { nameOfDisk, type TemplateImage } from '../config/template/images.ts'
import { ARCHITECTURE_ALIASES, type Architecture, toArchitecture } from '../domain.ts'
import type { Problem } from '../errors.ts'

/** The architectures that the file's name in a URL speaks of. */
export function architecturesIn(url: string): ReadonlySet<Architecture> {
  const found = new Set<Architecture>()
  const file = url.split('/').pop() ?? url
  if (/arm64|aarch64/i.test(file)) found.add('arm')
  if (/amd64|x86[-_]?64/i.test(file)) found.add('x86')
  return found
}

/**
 * What the label says, else the image's name, else that of the server type: the API is asked later whether the server
 * type is one of that architecture, and refuses it otherwise.
 */
export function findArchitecture(image: TemplateImage): Architecture | Problem {
  const label = ['arch', 'architecture'].map((name) => image.labels.get(name)).find((one) => one !== undefined)
  const labelled = label && (toArchitecture(label.value) ?? ARCHITECTURE_ALIASES.get(label.value))
  if (labelled !== undefined) return labelled
  const [named, another] = architecturesIn(nameOfDisk(image))
  if (named !== undefined && another === undefined) return named
  const type = /^(cax|cx|cpx|ccx)\d/.exec(image.serverType.value)?.[1]
  if (type !== undefined) return type === 'cax' ? 'arm' : 'x86'
  return {
    code: 'config',
    message: `the architecture of the image of "${image.source}" is not known`,
    at: image.serverType.origin,
    hint: 'give its snapshot a label arch = "arm" or arch = "x86"',
  }
}
