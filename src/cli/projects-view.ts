/** How a build in several projects is shown while it runs: one plan, and one display for all. */

import type { ProjectsPlan } from '../plan/plan-projects.ts'
import { toEventRecord } from '../report/event-record.ts'
import { toProjectPlanDocument } from '../report/projects.ts'
import type { BuildEvent } from '../run/events.ts'
import { openProgress, showPlan } from './build-view.ts'
import type { Io } from './io.ts'
import { type OutputForm, writeRecord } from './output.ts'
import { toProjectEvent } from './render/project-event.ts'
import { formatProjectsPlan } from './render/projects-plan.ts'
import type { Rates } from './render/running-cost.ts'

export interface ProjectsView {
  readonly onEvent: (project: string, event: BuildEvent) => void
  /** Leaves the screen as it is to stay. */
  close(): void
}

/** Shows the plan, and gives what shows the rest. */
export async function openProjectsView(io: Io, output: OutputForm, planned: ProjectsPlan): Promise<ProjectsView> {
  if (output === 'jsonl') {
    writePlanRecords(io, planned)
    const onEvent: ProjectsView['onEvent'] = (project, event) => writeRecord(io, { project, ...toEventRecord(event) })
    return { onEvent, close: () => undefined }
  }
  if (output === 'text') showPlan(io, (width) => formatProjectsPlan(planned, width))
  const view = await openProgress(io, commonRates(planned))
  return { onEvent: (project, event) => view.onEvent(toProjectEvent(project, event)), close: () => view.close() }
}

/** A line for each project: its plan, or what is wrong with it. */
export function writePlanRecords(io: Io, { projects }: ProjectsPlan): void {
  for (const planned of projects) {
    const document = toProjectPlanDocument(planned)
    if ('error' in document) writeRecord(io, { type: 'error', project: planned.project, ...document.error })
    else writeRecord(io, { type: 'plan', ...document })
  }
}

/** Those of all projects: undefined when they are billed in different currencies, which have no sum. */
function commonRates({ projects }: ProjectsPlan): Rates | undefined {
  const [first, ...others] = projects.flatMap((one) => ('plan' in one ? [one.plan.cost] : []))
  return others.every(({ currency }) => currency === first?.currency) ? first : undefined
}
