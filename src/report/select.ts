/** Which snapshot a selector picks, as Terraform's `hcloud_image` with `most_recent` does. Pure. */

import type { Architecture } from '../domain.ts'
import type { Problem } from '../errors.ts'
import type { Image } from '../hetzner/wire.ts'
import { tellApart } from '../plan/selector.ts'
import { describeKind, newestFirst, seriesKey, seriesOf } from '../plan/series.ts'

export interface Selection {
  /** The newest that matches; undefined when none does. */
  readonly selected: Image | undefined
  /** The others that match, newest first. */
  readonly others: readonly Image[]
  readonly warnings: readonly Problem[]
}

/** @param images all images that the selector matches, of any architecture */
export function selectNewest(selector: string, images: readonly Image[], architecture: Architecture): Selection {
  const [selected, ...others] = images.filter((image) => image.architecture === architecture).toSorted(newestFirst)
  return { selected, others, warnings: selected === undefined ? [] : findAmbiguities(selector, [selected, ...others]) }
}

/** A warning for a selector that matches images of several series: which one it picks depends on the last build. */
function findAmbiguities(selector: string, matching: readonly Image[]): Problem[] {
  const series = [...new Map(matching.map((image) => [seriesKey(image), seriesOf(image).labels])).values()]
  if (series.length < 2) return []
  const names = series.map((labels) => describeKind(labels))
  const better = series.map((labels) => `"${tellApart(selector, labels, without(series, labels))}"`).join(' or ')
  return [
    {
      code: 'usage',
      message: `"${selector}" matches images of several kinds (${names.join(', ')}), and whichever was built last is taken`,
      hint: `say which is meant: ${better}`,
    },
  ]
}

const without = <T>(all: readonly T[], one: T): readonly T[] => all.filter((other) => other !== one)
