/** Custom URLs that speak of another version or architecture than the variables do. */

import type { Problem } from '../errors.ts'
import type { ImageRequest } from './request.ts'

/**
 * Warnings for URLs whose text names another Talos version than the label will, or another architecture.
 * They are no errors, since a URL may be named in any way; but a snapshot with a wrong label is what people fear most.
 */
export function findContradictions(images: readonly ImageRequest[], talosVersion: string): Problem[] {
  return images.flatMap(({ choice, architecture }) => {
    if (choice.kind !== 'url') return []
    const problems: Problem[] = []
    const versions: string[] =
      choice.url.match(/(?<![\w.])v\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)\.\d+)?(?!\w|\.\d)/g) ?? []
    if (versions.length > 0 && !versions.includes(talosVersion)) {
      problems.push({
        code: 'config',
        message: `image_url_${architecture} is Talos ${versions[0]}, but talos_version, and so the snapshot's label, says ${talosVersion}`,
        at: choice.at,
        hint: `set talos_version = "${versions[0]}", or change the URL`,
      })
    }
    const named = architecturesIn(choice.url)
    if (named.size === 1 && !named.has(architecture)) {
      problems.push({
        code: 'config',
        message: `image_url_${architecture} looks like an image for ${[...named].join()}: it will not boot on ${architecture} servers`,
        at: choice.at,
        hint: architecture === 'arm' ? 'an ARM image is named "arm64"' : 'an x86 image is named "amd64"',
      })
    }
    return problems
  })
}

function architecturesIn(url: string): Set<string> {
  const found = new Set<string>()
  const file = url.split('/').pop() ?? url
  if (/arm64|aarch64/i.test(file)) found.add('arm')
  if (/amd64|x86[-_]?64/i.test(file)) found.add('x86')
  return found
}
