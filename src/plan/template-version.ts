/** Which Talos version an image of a template has, where no variable says so. */

import type { TemplateImage } from '../config/template/images.ts'
import type { Sourced } from '../config/variables.ts'
import type { Problem } from '../errors.ts'

const LABELS = ['version', 'talos_version', 'talos-version', 'talosversion'] as const
const VERSION = /^v?(\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)\.\d+)?)$/

/** The versions that a text such as a URL speaks of. */
export function versionsIn(text: string): string[] {
  return text.match(/(?<![\w.])v\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)\.\d+)?(?!\w|\.\d)/g) ?? []
}

/** The version that a snapshot's labels name, with its `v`, and the label that does. */
export function findLabelVersion(
  labelOf: (label: string) => string | undefined,
): { readonly label: string; readonly version: string } | undefined {
  for (const label of LABELS) {
    const [, version] = VERSION.exec(labelOf(label) ?? '') ?? []
    if (version !== undefined) return { label, version: `v${version}` }
  }
  return undefined
}

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
