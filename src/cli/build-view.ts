/** How a build is shown while it runs: as its flags, the terminal, and the surroundings ask for. */

import type { ProjectsPlan } from '../plan/plan-projects.ts'
import { type BuildRecord, toEventRecord } from '../report/event-record.ts'
import { toProjectPlanDocument } from '../report/projects.ts'
import type { BuildEvent } from '../run/events.ts'
import type { BuildFlags } from './build-flags.ts'
import { writeRecord } from './command-result.ts'
import { LINES, TEXT } from './formats/formats.ts'
import { createGithubView } from './github-actions.ts'
import type { Io } from './io.ts'
import { formatGroup } from './render/github.ts'
import { createPlainView } from './render/plain-view.ts'
import { formatPlan } from './render/plan.ts'
import type { ProgressView } from './render/progress.ts'
import type { Rates } from './render/running-cost.ts'
import { inProject } from './render/summary.ts'
import { createTerminalView } from './render/terminal-view.ts'
import { isGithubActions } from './screen.ts'

export interface BuildView {
  /** @param project in which it happens; undefined when it was not named */
  readonly onEvent: (project: string | undefined, event: BuildEvent) => void
  /** Leaves the screen as it is to stay. */
  close(): void
}

/** Shows the plan, and gives what shows the rest: one display for all projects. */
export async function openBuildView(
  io: Io,
  { output, verbose }: Pick<BuildFlags, 'output' | 'verbose'>,
  planned: ProjectsPlan,
): Promise<BuildView> {
  if (output === LINES) {
    for (const record of toPlanRecords(planned)) writeRecord(io, record)
    // What standard output says need not stand on standard error, too.
    const onEvent: BuildView['onEvent'] = (project, event) =>
      writeRecord(io, { ...(project === undefined ? {} : { project }), ...toEventRecord(event) })
    return { onEvent, close: () => undefined }
  }
  if (output === TEXT) showPlan(io, planned, verbose)
  const view = await openProgress(io, commonRates(planned))
  return { onEvent: (project, event) => view.onEvent(toProjectEvent(project, event)), close: () => view.close() }
}

/** A line for each project: its plan, or what is wrong with it. */
export function toPlanRecords({ projects }: ProjectsPlan): BuildRecord[] {
  return projects.map((planned) => {
    const document = toProjectPlanDocument(planned)
    if ('error' in document) return { type: 'error', project: document.project, ...document.error }
    return { type: 'plan', ...document }
  })
}

/** What shows a run, decided by the surroundings. @param rates what servers cost, when that is known */
export async function openProgress(io: Io, rates: Rates | undefined): Promise<ProgressView> {
  if (isGithubActions(io)) return createGithubView(io)
  return io.errIsTerminal
    ? createTerminalView(io, process.stderr, rates, () => process.stderr.rows || Number.POSITIVE_INFINITY)
    : createPlainView(io)
}

/** Those of all projects; undefined when prices are not known, or in different currencies, which have no sum. */
function commonRates({ projects }: ProjectsPlan): Rates | undefined {
  const [first, ...others] = projects.flatMap((one) => ('plan' in one ? [one.plan.cost] : []))
  if (first?.currency === undefined || others.some(({ currency }) => currency !== first.currency)) return undefined
  return { currency: first.currency, addressPerHour: first.addressPerHour }
}

/** Shows the text of a plan before its build. */
export function showPlan(io: Io, planned: ProjectsPlan, verbose?: boolean): void {
  if (isGithubActions(io)) {
    // Folded there, so that all of it takes one line.
    const [title = '', ...lines] = formatPlan(planned, { verbose: true }).trimEnd().split(/\n+/)
    io.command(formatGroup(title, lines))
  } else io.err(`${formatPlan(planned, { width: io.errColumns(), verbose })}\n`)
}

/** The event with `prod/arm` for `arm`, and `prod: ` before what concerns the whole run. For people only. */
export function toProjectEvent(project: string | undefined, event: BuildEvent): BuildEvent {
  if (project === undefined) return event
  switch (event.type) {
    case 'run-started':
      return {
        ...event,
        run: `${event.run} in ${project}`,
        images: event.images.map((image) => inProject(project, image)),
      }
    case 'note':
      return event.image === undefined
        ? { ...event, text: `${project}: ${event.text}` }
        : { ...event, image: inProject(project, event.image) }
    case 'removing':
    case 'removed':
      return { ...event, name: `${event.name} in ${project}` }
    case 'leftover':
      return { ...event, leftover: { ...event.leftover, name: `${event.leftover.name} in ${project}` } }
    default:
      return { ...event, image: inProject(project, event.image) }
  }
}
