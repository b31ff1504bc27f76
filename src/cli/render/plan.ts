/** A plan as people read it. */

import { sum } from '../../plan/cost.ts'
import { isToDo, type Plan } from '../../plan/plan.ts'
import type { ProjectPlan, ProjectsPlan } from '../../plan/plan-projects.ts'
import { formatShard } from '../../plan/shard.ts'
import { oneLine } from './event-line.ts'
import { foldHanging, foldWords } from './fold.ts'
import { formatInputs } from './inputs.ts'
import { formatBrief, formatDetails } from './plan-image.ts'
import { formatPrice } from './units.ts'

export interface PlanStyle {
  /** Of the terminal; only a word that is too long, such as a URL, is wider. */
  readonly width?: number
  /** Whether everything about each image is shown, and not only what, from what, where, and for how much. */
  readonly verbose?: boolean | undefined
}

/** What will be made in which projects, from what, where, and for how much; and where nothing can be. */
export function formatPlan(planned: ProjectsPlan, style: PlanStyle = {}): string {
  const { talosVersion, inputs, projects } = planned
  const { width = Number.POSITIVE_INFINITY, verbose = false } = style
  const places = projects.length === 1 ? '1 project' : `${projects.length} projects`
  const isNamed = projects.some(({ project }) => project !== undefined)
  const lines = [`Plan: Talos ${talosVersion}, ${countImages(planned)}${isNamed ? ` in each of ${places}` : ''}`]
  if (inputs !== undefined) lines.push(foldHanging(formatInputs(inputs), width, '  '))
  lines.push('')
  if (planned.images.length === 0) lines.push('  nothing: there are more shards than images', '')
  for (const [text, names] of groupByText(projects, { width, verbose })) {
    if (text === '') continue
    if (names.length > 0) lines.push(...foldWords(`In ${names.join(', ')}:`, width))
    lines.push(text, '')
  }
  const plans = projects.flatMap((one) => ('plan' in one ? [one.plan] : []))
  if (plans.some((plan) => plan.images.some(isToDo))) {
    lines.push(...formatCosts(plans).flatMap((line) => foldWords(line, width)), '')
  }
  return lines.join('\n')
}

/** How many images there are, and of which part. */
function countImages({ images: { length }, shard }: ProjectsPlan): string {
  if (shard === undefined) return length === 1 ? '1 image' : `${length} images`
  return `${length} of ${shard.ofAll === 1 ? '1 image' : `${shard.ofAll} images`} (shard ${formatShard(shard)})`
}

/** The text of each project's part, with the names of those that it is the same for. */
function groupByText(projects: readonly ProjectPlan[], style: Required<PlanStyle>): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const planned of projects) {
    const text = formatProject(planned, style)
    const { project } = planned
    groups.set(text, [...(groups.get(text) ?? []), ...(project === undefined ? [] : [project])])
  }
  return groups
}

function formatProject(planned: ProjectPlan, { width, verbose }: Required<PlanStyle>): string {
  if ('problems' in planned) {
    return planned.problems
      .map(({ message }) => foldHanging(`  nothing: ${oneLine(message)}`, width, '    '))
      .join('\n')
  }
  const { images, cost } = planned.plan
  const format = verbose ? formatDetails : formatBrief
  const texts = images.map((image) => format(image, cost.currency, width).join('\n'))
  return texts.join(verbose ? '\n\n' : '\n')
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
  if (currency === undefined) return 'Estimated cost: unknown, since Hetzner Cloud gave no prices'
  const build =
    cost.build === undefined
      ? 'unknown for the build servers'
      : `${formatPrice(cost.build, currency)} for the build servers (billed by the hour begun)`
  const keep = cost.snapshotsPerMonth === undefined ? '' : `, ${formatMonthly(cost.snapshotsPerMonth, currency)}`
  return `Estimated cost, net: ${build}${keep}`
}

/** An estimate, which cents are exact enough for. */
const formatMonthly = (amount: number, currency: string): string =>
  `${amount < 0.01 ? 'less than 0.01' : `about ${amount.toFixed(2)}`} ${currency} a month for the snapshots`
