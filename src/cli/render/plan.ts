/** A plan as people read it. */

import type { Placement } from '../../plan/placement.ts'
import type { Plan, PlannedImage } from '../../plan/plan.ts'
import { toSourceRecord } from '../../report/result.ts'
import { foldHanging, foldWords } from './fold.ts'
import { formatRow } from './row.ts'
import { formatServer } from './server-settings.ts'
import { formatBytes, formatPrice } from './units.ts'

/** How many further placements are named. */
const MOST_FALLBACKS = 3

/** What will be made, where from, where, and for how much. @param width of the terminal; nothing is wider */
export function formatPlan(plan: Plan, width = Number.POSITIVE_INFINITY): string {
  const { cost, images } = plan
  const count = images.length === 1 ? '1 image' : `${images.length} images`
  const lines = [`Plan: Talos ${plan.talosVersion}, ${count}`, '']
  for (const image of images) lines.push(...formatImage(image, cost.currency, width), '')
  if (images.some(({ existing }) => existing === undefined)) lines.push(...foldWords(formatCost(plan), width), '')
  return lines.join('\n')
}

/** One image of a plan, a line or more. @param width of the terminal */
export function formatImage(image: PlannedImage, currency: string, width: number): string[] {
  const title = (text: string): string[] => foldHanging(`  ${image.name}: ${text}`, width, '    ').split('\n')
  if (image.existing !== undefined) {
    return title(`nothing to do, snapshot ${image.existing.id} is the same (--force builds it anew)`)
  }
  const row = (name: string, value: string): string[] => formatRow(name, value, width, '    ')
  const [first, ...others] = image.placements
  return [
    ...title(`build "${image.description}"`),
    ...row('from', formatSource(image)),
    ...row('on', first === undefined ? 'nothing in stock' : formatPlacement(first, currency)),
    ...(others.length > 0 ? row('else on', formatFallbacks(others)) : []),
    ...formatServer(image.server).flatMap((text) => row('server', text)),
    ...row(
      'labels',
      Object.entries(image.labels)
        .map((label) => label.join('='))
        .join(','),
    ),
    ...row(
      'identity',
      image.identity ?? `none: ${image.source.kind === 'template' ? 'it' : 'standard input'} is always built`,
    ),
    ...(image.installer === undefined ? [] : row('installer', image.installer)),
    ...image.replaces.flatMap(({ id }) => row('replaces', `snapshot ${id}, once the new one is published`)),
    ...image.notes.flatMap((note) => row('note', note)),
  ]
}

function formatSource(image: PlannedImage): string {
  const { compression, transferBytes, rawBytes } = image.sourceFacts
  const sizes = [
    ...(transferBytes === undefined ? [] : [formatBytes(transferBytes)]),
    ...(rawBytes === undefined || compression === 'none' ? [] : [`${formatBytes(rawBytes)} unpacked`]),
  ]
  const unnamed = image.source.kind === 'template' ? 'what the template names by itself' : 'standard input'
  const from = toSourceRecord(image).from ?? unnamed
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

/** What a plan, or several together, cost. */
export function formatCost({ cost }: { readonly cost: Omit<Plan['cost'], 'addressPerHour'> }): string {
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
