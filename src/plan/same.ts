/** Whether a snapshot that exists is what an image would become. */

import type { Image } from '../hetzner/wire.ts'
import { IDENTITY_LABEL, LEASE_LABEL } from './labels.ts'
import type { PlannedImage } from './plan.ts'
import { seriesKey } from './series.ts'

/**
 * A snapshot serves instead of a new one when its content is the same, selectors find it in the same way, and it belongs to
 * the same series.
 * @internal
 */
export function isSame(
  snapshot: Image,
  { identity, labels, architecture }: Pick<PlannedImage, 'identity' | 'labels' | 'architecture'>,
): boolean {
  return (
    identity !== undefined &&
    snapshot.labels[IDENTITY_LABEL] === identity &&
    Object.entries(labels).every(([key, value]) => snapshot.labels[key] === value) &&
    isOfSeries(snapshot, { labels, architecture })
  )
}

/**
 * Whether a snapshot is published, can be used, and belongs to the series of an image.
 * @internal
 */
export function isOfSeries(snapshot: Image, image: Pick<PlannedImage, 'labels' | 'architecture'>): boolean {
  return isPublished(snapshot) && seriesKey(snapshot) === seriesKey(image)
}

/**
 * Whether a snapshot is complete, and no build of it goes on.
 * @internal
 */
export const isPublished = ({ labels, status }: Image): boolean =>
  labels[LEASE_LABEL] === undefined && status === 'available'
