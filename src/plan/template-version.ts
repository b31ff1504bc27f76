/** Which Talos version an image of a template has, where no variable says so. */

import type { TemplateImage } from '../config/template/images.ts'
import type { Sourced } from '../config/variables.ts'
import type { Problem } from '../errors.ts'
import { findLabelVersion, versionsIn } from './series.ts'

/** What the label says, else the URL. */
export function findVersion(image: TemplateImage): Sourced<string> | Problem {
  const labelled = findLabelVersion((label) => image.labels.get(label)?.value)
  const origin = labelled && image.labels.get(labelled.label)?.origin
  if (labelled !== undefined && origin !== undefined) return { value: labelled.version, origin }
  const [version] = versionsIn(image.url.value)
  if (version !== undefined) return { value: version, origin: image.url.origin }
  return {
    code: 'config',
    message: `nothing tells which Talos version the image of "${image.source}" has`,
    at: image.url.origin,
    hint: 'give its snapshot a label version, or the template a variable talos_version',
  }
}
