/** URLs that speak of another version or architecture than variables and labels do. */

import type { Problem } from '../errors.ts'
import type { ImageRequest } from './request.ts'
import { architecturesIn } from './template-architecture.ts'
import { versionsIn } from './template-version.ts'

/**
 * Warnings for URLs whose text names another Talos version than the label will, or another architecture.
 * They are no errors, since a URL may be named in any way; but a snapshot with a wrong label is what people fear most.
 */
export function findContradictions(images: readonly ImageRequest[], talosVersion: string): Problem[] {
  return images.flatMap(({ choice, architecture, template }) => {
    if (choice.kind !== 'url') return []
    const what = choice.variable ?? 'the image URL of the template'
    const own = template?.version?.value
    const labelled = own ?? talosVersion
    const problems: Problem[] = []
    const versions = versionsIn(choice.url)
    if (versions.length > 0 && !versions.includes(labelled)) {
      problems.push({
        code: 'config',
        message:
          own === undefined
            ? `${what} is Talos ${versions[0]}, but talos_version, and so the snapshot's label, says ${labelled}`
            : `${what} is Talos ${versions[0]}, but the snapshot's label says ${labelled}`,
        at: choice.at,
        hint:
          own === undefined ? `set talos_version = "${versions[0]}", or change the URL` : 'change the label or the URL',
      })
    }
    const named = architecturesIn(choice.url)
    if (named.size === 1 && !named.has(architecture)) {
      problems.push({
        code: 'config',
        message: `${what} looks like an image for ${[...named].join()}: it will not boot on ${architecture} servers`,
        at: choice.at,
        hint: architecture === 'arm' ? 'an ARM image is named "arm64"' : 'an x86 image is named "amd64"',
      })
    }
    return problems
  })
}
