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

/** The version that a label names, with its `v`. */
export function findLabelVersion({ labels }: TemplateImage): Sourced<string> | undefined {
  for (const name of LABELS) {
    const label = labels.get(name)
    const [, version] = VERSION.exec(label?.value ?? '') ?? []
    if (label !== undefined && version !== undefined) return { value: `v${version}`, origin: label.origin }
  }
  return undefined
}

/** What the label says, else the URL. */
export function findVersion(image: TemplateImage): Sourced<string> | Problem {
  const labelled = findLabelVersion(image)
  if (labelled !== undefined) return labelled
  const [version] = versionsIn(image.url.value)
  if (version !== undefined) return { value: version, origin: image.url.origin }
  return {
    code: 'config',
    message: `nothing tells which Talos version the image of "${image.source}" has`,
    at: image.url.origin,
    hint: 'give its snapshot a label version, or the template a variable talos_version',
  }
}
