/** The plan for several projects as people read it: what is the same in some of them is said once. */

import type { Plan } from '../../plan/plan.ts'
import type { ProjectPlan, ProjectsPlan } from '../../plan/plan-projects.ts'
import { oneLine } from './event-line.ts'
import { foldHanging, foldWords } from './fold.ts'
import { formatCost, formatImage } from './plan.ts'

/**
 * What will be made in which projects, where from, where, and for how much; and where nothing can be.
 * @param width of the terminal
 */
export function formatProjectsPlan(
  { talosVersion, images, projects }: ProjectsPlan,
  width = Number.POSITIVE_INFINITY,
): string {
  const count = images.length === 1 ? '1 image' : `${images.length} images`
  const places = projects.length === 1 ? '1 project' : `${projects.length} projects`
  const lines = [`Plan: Talos ${talosVersion}, ${count} in each of ${places}`, '']
  for (const [text, names] of groupByText(projects, width)) {
    lines.push(...foldWords(`In ${names.join(', ')}:`, width), text, '')
  }
  const plans = projects.flatMap((one) => ('plan' in one ? [one.plan] : []))
  if (plans.some((plan) => plan.images.some(({ existing }) => existing === undefined))) {
    lines.push(...formatCosts(plans).flatMap((line) => foldWords(line, width)), '')
  }
  return lines.join('\n')
}

function groupByText(projects: readonly ProjectPlan[], width: number): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const planned of projects) {
    const text = formatProject(planned, width)
    groups.set(text, [...(groups.get(text) ?? []), planned.project])
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
  return images.flatMap((image) => formatImage(image, cost.currency, width)).join('\n')
}

/** The sum, for each currency that the projects are billed in. */
function formatCosts(plans: readonly Plan[]): string[] {
  return [...new Set(plans.map(({ cost }) => cost.currency))].map((currency) => {
    const costs = plans.map(({ cost }) => cost).filter((cost) => cost.currency === currency)
    const build = sum(costs.map((cost) => cost.build))
    return formatCost({
      cost: { currency, build, snapshotsPerMonth: sum(costs.map((cost) => cost.snapshotsPerMonth)) },
    })
  })
}

/** undefined when one of them is. */
function sum(amounts: readonly (number | undefined)[]): number | undefined {
  return amounts.reduce(
    (total, amount) => (total === undefined || amount === undefined ? undefined : total + amount),
    0,
  )
}
