/** What is worth saying about the snapshots that a plan leads to: whether Terraform takes them, and what does not apply to them. */

import type { Problem } from '../errors.ts'
import type { Image } from '../hetzner/wire.ts'
import { LEASE_LABEL, VERSION_LABEL } from './labels.ts'
import type { PlannedImage } from './plan.ts'
import type { PlanRequest } from './request.ts'
import { isFound, selectorOf, tellApart } from './selector.ts'
import { describeKind, newestFirst, seriesKey, seriesOf } from './series.ts'

/** @param snapshots of the project */
export function findSnapshotWarnings(
  { description }: Pick<PlanRequest, 'description'>,
  images: readonly PlannedImage[],
  snapshots: readonly Image[],
): Problem[] {
  const replaced = new Set(images.flatMap(({ replaces }) => replaces.map(({ id }) => id)))
  const published = snapshots.filter(
    ({ id, status, labels }) => status === 'available' && labels[LEASE_LABEL] === undefined && !replaced.has(id),
  )
  return images.flatMap((image) => [
    ...findOtherMatches(image, images, published),
    ...(description === undefined ? [] : findUnchanged(image)),
  ])
}

/** Whether the selector that the build prints for an image finds others, too, of which Terraform takes the newest. */
function findOtherMatches(
  { name, architecture, existing, ...image }: PlannedImage,
  images: readonly PlannedImage[],
  published: readonly Image[],
): Problem[] {
  const selector = selectorOf(existing?.labels ?? labelsOf(image))
  const isMatch = (one: Pick<Image, 'architecture' | 'labels'>): boolean =>
    one.architecture === architecture && isFound(selector, one.labels)
  const [newest, ...older] = published.filter(isMatch).toSorted(newestFirst)
  const made = images.map((one) => ({ ...one, labels: labelsOf(one) })).filter(isMatch)
  const series = new Map([newest ?? [], older, made].flat().map((one) => [seriesKey(one), seriesOf(one).labels]))
  const own = seriesOf({ architecture, labels: image.labels }).labels
  series.delete(seriesKey({ architecture, labels: image.labels }))
  const isTaken = existing === undefined || newest === undefined || newest.id === existing.id
  if (series.size > 0) {
    const others = [...series.values()]
    const kinds = others.map((labels) => describeKind(labels)).join(', ')
    const taken = isTaken ? 'whichever was built last' : `the snapshot ${newest.id}, which is newer than ${existing.id}`
    return [
      {
        code: 'usage',
        message: `${name}: its selector "${selector}" also finds others (${kinds}), and Terraform takes ${taken}`,
        hint: `use "${tellApart(selector, own, others)}", or the ID`,
      },
    ]
  }
  if (isTaken) return []
  return [
    {
      code: 'usage',
      message: `${name}: the snapshot ${existing.id} is the same, but for "${selector}" Terraform takes the newer ${newest.id}`,
      hint: `use the ID, delete ${newest.id}, or build it anew with --force`,
    },
  ]
}

/** The labels that its snapshot gets, as far as selectors need them. */
const labelsOf = ({ labels, talosVersion }: Pick<PlannedImage, 'labels' | 'talosVersion'>) => ({
  ...labels,
  [VERSION_LABEL]: talosVersion,
})

/** A description that was asked for changes no snapshot that is there already. */
function findUnchanged({ name, existing, description }: PlannedImage): Problem[] {
  if (existing === undefined || existing.description === description) return []
  return [
    {
      code: 'usage',
      message: `${name}: the snapshot ${existing.id} is the same, and keeps its description "${existing.description}"`,
      hint: `change it with \`hcloud image update ${existing.id} --description TEXT\`, or build it anew with --force`,
    },
  ]
}
