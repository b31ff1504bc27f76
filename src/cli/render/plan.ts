/** A plan as people read it. */

import type { Placement } from '../../plan/placement.ts'
import type { Plan, PlannedImage } from '../../plan/plan.ts'
import { toSourceRecord } from '../../report/result.ts'
import { formatServer } from './server-settings.ts'
import { formatBytes, formatPrice } from './units.ts'

/** How many further placements are named. */
const MOST_FALLBACKS = 3

/** What will be made, where from, where, and for how much. */
export function formatPlan(plan: Plan): string {
  const { cost, images } = plan
  const count = images.length === 1 ? '1 image' : `${images.length} images`
  const lines = [`Plan: Talos ${plan.talosVersion}, ${count}`, '']
  for (const image of images) lines.push(...formatImage(image, cost.currency), '')
  if (images.some(({ existing }) => existing === undefined)) lines.push(formatCost(plan), '')
  return lines.join('\n')
}

function formatImage(image: PlannedImage, currency: string): string[] {
  if (image.existing !== undefined) {
    return [`  ${image.name}: nothing to do, snapshot ${image.existing.id} is the same (--force builds it anew)`]
  }
  const row = (name: string, value: string): string => `    ${name.padEnd(10)}${value}`
  const [first, ...others] = image.placements
  return [
    `  ${image.name}: build "${image.description}"`,
    row('from', formatSource(image)),
    row('on', first === undefined ? 'nothing in stock' : formatPlacement(first, currency)),
    ...(others.length > 0 ? [row('else on', formatFallbacks(others))] : []),
    ...formatServer(image.server).map((text) => row('server', text)),
    row(
      'labels',
      Object.entries(image.labels)
        .map((label) => label.join('='))
        .join(','),
    ),
    row('identity', image.identity ?? 'none: standard input is always built'),
    ...(image.installer === undefined ? [] : [row('installer', image.installer)]),
    ...image.replaces.map(({ id }) => row('replaces', `snapshot ${id}, once the new one is published`)),
    ...image.notes.map((note) => row('note', note)),
  ]
}

function formatSource(image: PlannedImage): string {
  const { compression, transferBytes, rawBytes } = image.sourceFacts
  const sizes = [
    ...(transferBytes === undefined ? [] : [formatBytes(transferBytes)]),
    ...(rawBytes === undefined || compression === 'none' ? [] : [`${formatBytes(rawBytes)} unpacked`]),
  ]
  const from = toSourceRecord(image).from ?? 'standard input'
  return sizes.length === 0 ? from : `${from} (${sizes.join(', ')})`
}

function formatPlacement({ serverType, location, diskGb, pricePerHour }: Placement, currency: string): string {
  const price = pricePerHour === undefined ? '' : `, ${formatPrice(pricePerHour, currency)} an hour`
  return `${serverType} in ${location} (${diskGb} GB disk${price})`
}

function formatFallbacks(others: readonly Placement[]): string {
  const named = others.slice(0, MOST_FALLBACKS).map(({ serverType, location }) => `${serverType} in ${location}`)
  const more = others.length - named.length
  return named.join(', ') + (more > 0 ? ` and ${more} more` : '')
}

function formatCost({ cost }: Plan): string {
  const build =
    cost.build === undefined
      ? 'unknown for the build servers'
      : `${formatPrice(cost.build, cost.currency)} for the build servers (each is billed for the hour that it begins)`
  const keep =
    cost.snapshotsPerMonth === undefined
      ? ''
      : `, about ${formatPrice(cost.snapshotsPerMonth, cost.currency)} a month for the snapshots`
  return `Estimated cost, net: ${build}${keep}`
}
