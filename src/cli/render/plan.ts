/** A plan as people read it. */

import type { Placement } from '../../plan/placement.ts'
import { type Plan, type PlannedImage, sum } from '../../plan/plan.ts'
import type { ProjectPlan, ProjectsPlan } from '../../plan/plan-projects.ts'
import { type ServerSettings, SYSTEM_IMAGE } from '../../plan/server-settings.ts'
import { toSourceRecord } from '../../report/result.ts'
import { printable } from '../../util/printable.ts'
import { oneLine } from './event-line.ts'
import { foldHanging, foldWords } from './fold.ts'
import { formatInputs } from './inputs.ts'
import { formatRow } from './row.ts'
import { formatBytes, formatPrice } from './units.ts'

/** How many further placements are named. */
const MOST_FALLBACKS = 3

/**
 * What will be made in which projects, where from, where, and for how much; and where nothing can be.
 * @param width of the terminal; nothing is wider
 */
export function formatPlan(
  { talosVersion, inputs, images, projects }: ProjectsPlan,
  width = Number.POSITIVE_INFINITY,
): string {
  const count = images.length === 1 ? '1 image' : `${images.length} images`
  const places = projects.length === 1 ? '1 project' : `${projects.length} projects`
  const isNamed = projects.some(({ project }) => project !== undefined)
  const lines = [`Plan: Talos ${talosVersion}, ${count}${isNamed ? ` in each of ${places}` : ''}`]
  if (inputs !== undefined) lines.push(foldHanging(formatInputs(inputs), width, '  '))
  lines.push('')
  for (const [text, names] of groupByText(projects, width)) {
    if (names.length > 0) lines.push(...foldWords(`In ${names.join(', ')}:`, width))
    lines.push(text, '')
  }
  const plans = projects.flatMap((one) => ('plan' in one ? [one.plan] : []))
  if (plans.some((plan) => plan.images.some(({ existing }) => existing === undefined))) {
    lines.push(...formatCosts(plans).flatMap((line) => foldWords(line, width)), '')
  }
  return lines.join('\n')
}

/** The text of each project's part, with the names of those that it is the same for. */
function groupByText(projects: readonly ProjectPlan[], width: number): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const planned of projects) {
    const text = formatProject(planned, width)
    const { project } = planned
    groups.set(text, [...(groups.get(text) ?? []), ...(project === undefined ? [] : [project])])
  }
  return groups
}

function formatProject(planned: ProjectPlan, width: number): string {
  if ('problems' in planned) {
    return planned.problems
      .map(({ message }) => foldHanging(`  nothing: ${oneLine(message)}`, width, '    '))
      .join('\n')
  }
  const { images, cost } = planned.plan
  const texts = images.map((image) => formatImage(image, cost.currency, width).join('\n'))
  return texts.join(planned.project === undefined ? '\n\n' : '\n')
}

/** One image of a plan, a line or more. @param width of the terminal */
function formatImage(image: PlannedImage, currency: string | undefined, width: number): string[] {
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

function formatPlacement(
  { serverType, location, diskGb, pricePerHour }: Placement,
  currency: string | undefined,
): string {
  const price =
    pricePerHour === undefined || currency === undefined ? '' : `, ${formatPrice(pricePerHour, currency)} an hour`
  return `${serverType} in ${location} (${diskGb} GB disk${price})`
}

function formatFallbacks(others: readonly Placement[]): string {
  const named = others.slice(0, MOST_FALLBACKS).map(({ serverType, location }) => `${serverType} in ${location}`)
  const more = others.length - named.length
  return named.join(', ') + (more > 0 ? ` and ${more} more` : '')
}

/** The sum, for each currency that the projects are billed in. */
function formatCosts(plans: readonly Plan[]): string[] {
  return [...new Set(plans.map(({ cost }) => cost.currency))].map((currency) => {
    const costs = plans.map(({ cost }) => cost).filter((cost) => cost.currency === currency)
    const build = sum(costs.map((cost) => cost.build))
    return formatCost({ currency, build, snapshotsPerMonth: sum(costs.map((cost) => cost.snapshotsPerMonth)) })
  })
}

function formatCost({ currency, ...cost }: Omit<Plan['cost'], 'addressPerHour'>): string {
  if (currency === undefined) return 'Estimated cost: unknown, since Hetzner Cloud told no prices'
  const build =
    cost.build === undefined
      ? 'unknown for the build servers'
      : `${formatPrice(cost.build, currency)} for the build servers (each is billed for the hour that it begins)`
  const keep =
    cost.snapshotsPerMonth === undefined
      ? ''
      : `, about ${formatPrice(cost.snapshotsPerMonth, currency)} a month for the snapshots`
  return `Estimated cost, net: ${build}${keep}`
}

const WAYS = { ipv4: 'IPv4', ipv6: 'IPv6', private: 'its network' } as const

/** What is special about a build server: a line, or none for a server as it usually is. */
export function formatServer(server: ServerSettings): string[] {
  const { ipv4, ipv6, networkNames, firewallNames, labels, sshOver, systemImage } = server
  const usual = ipv4 ? 'ipv4' : ipv6 ? 'ipv6' : 'private'
  const parts = [
    ...(ipv4 ? (ipv6 ? ['IPv4 and IPv6'] : []) : [ipv6 ? 'IPv6 alone' : 'no public address']),
    ...networkNames.map((name) => `network ${printable(name)}`),
    ...firewallNames.map((name) => `firewall ${printable(name)}`),
    ...(sshOver === usual && usual !== 'private' ? [] : [`SSH over ${WAYS[sshOver]}`]),
    ...Object.entries(labels).map(([key, value]) => `label ${key}=${value}`),
    ...(systemImage === SYSTEM_IMAGE ? [] : [`made from ${systemImage}`]),
  ]
  return parts.length === 0 ? [] : [parts.join(', ')]
}
