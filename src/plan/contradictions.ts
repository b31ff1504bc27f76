/** URLs and labels that speak of another version or architecture than the rest does. */

import type { Origin, Problem } from '../errors.ts'
import type { ImageRequest } from './request.ts'
import { findLabelVersion, versionsIn } from './series.ts'
import { architecturesIn } from './template-architecture.ts'

/**
 * Warnings for URLs whose text names another Talos version than the label will, or another architecture.
 * They are no errors, since a URL may be named in any way; but a snapshot with a wrong label is what people fear most.
 */
export function findContradictions(images: readonly ImageRequest[], talosVersion: string): Problem[] {
  return images.flatMap((image) => {
    const { choice } = image
    if (choice.kind === 'schematic') return findWrongLabel(image, talosVersion)
    if (choice.kind !== 'url') return []
    const what = choice.variable ?? 'the image URL of the template'
    const found = [
      findWrongVersion(image, what, choice, talosVersion),
      findWrongArchitecture(image, what, choice),
      findDoubledV(what, choice),
    ]
    return found.filter((problem) => problem !== undefined)
  })
}

/** What a template's own label says, when that is not what the variable says. */
function ownVersionOf({ template }: ImageRequest, talosVersion: string): string | undefined {
  const labelled = template && findLabelVersion((label) => template.labels[label])?.version
  return template?.version?.value ?? (labelled === talosVersion ? undefined : labelled)
}

function findWrongLabel(image: ImageRequest, talosVersion: string): Problem[] {
  const own = ownVersionOf(image, talosVersion)
  if (own === undefined || own === talosVersion) return []
  return [
    {
      code: 'config',
      message: `the image of ${image.name} is Talos ${talosVersion}, but the snapshot's label says ${own}`,
      hint: 'let the label be the version: version = var.talos_version',
    },
  ]
}

interface Url {
  readonly url: string
  readonly at: Origin
}

function findWrongVersion(
  image: ImageRequest,
  what: string,
  { url, at }: Url,
  talosVersion: string,
): Problem | undefined {
  const own = ownVersionOf(image, talosVersion)
  const versions = versionsIn(url)
  if (versions.length === 0 || versions.includes(own ?? talosVersion)) return undefined
  if (own !== undefined) {
    const message = `${what} is Talos ${versions[0]}, but the snapshot's label says ${own}`
    return { code: 'config', message, at, hint: 'change the label or the URL' }
  }
  return {
    code: 'config',
    message: `${what} is Talos ${versions[0]}, but talos_version, and so the snapshot's label, says ${talosVersion}`,
    at,
    hint: `set talos_version = "${versions[0]}", or change the URL`,
  }
}

function findDoubledV(what: string, { url, at }: Url): Problem | undefined {
  const [doubled, version] = /(?<![\w.])vv(\d+\.\d+\.\d+)/.exec(url) ?? []
  if (version === undefined) return undefined
  return { code: 'config', message: `${what} names the version ${doubled}`, at, hint: `write v${version}` }
}

function findWrongArchitecture({ architecture }: ImageRequest, what: string, { url, at }: Url): Problem | undefined {
  const named = architecturesIn(url)
  if (named.size !== 1 || named.has(architecture)) return undefined
  return {
    code: 'config',
    message: `${what} looks like an image for ${[...named].join()}: it will not boot on ${architecture} servers`,
    at,
    hint: architecture === 'arm' ? 'an ARM image is named "arm64"' : 'an x86 image is named "amd64"',
  }
}
