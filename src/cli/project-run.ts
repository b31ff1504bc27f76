/** The build in one project: its events, its end, and what is said when it must end at once. */

import type { Plan } from '../plan/plan.ts'
import {
  cleanupCommand,
  type ProjectAccess,
  type ProjectResult,
  toProjectCommand,
  toProjectResult,
} from '../report/projects.ts'
import { toResultDocument } from '../report/result.ts'
import type { TimelineRecorder } from '../report/timeline.ts'
import type { BuildEvent } from '../run/events.ts'
import type { BuildResult, RunningBuild } from '../run/result.ts'
import { toProblem } from '../run/run-images.ts'
import { pasteable } from './invocation.ts'
import type { Io } from './io.ts'
import { writeOutputs } from './job-outputs.ts'

/** The build that goes on in one project. */
export interface Running {
  readonly access: ProjectAccess
  readonly timeline: TimelineRecorder
  readonly plan: Plan
  readonly building: RunningBuild
}

/** The event with commands that know the project's token. @param run gives the run's ID, once there is one */
export function withToken(event: BuildEvent, access: ProjectAccess, run: () => string): BuildEvent {
  if (event.type !== 'leftover' || access.project === undefined) return event
  const command = toProjectCommand(event.leftover.command, run(), access)
  return { ...event, leftover: { ...event.leftover, command } }
}

/**
 * Waits for one project. An error in a named project becomes its result, so that the others go on.
 * @throws the error of the only one, when nothing could be begun
 */
export async function finish(
  io: Io,
  { access, timeline, plan, building }: Running,
  factoryUrl: string,
): Promise<ProjectResult> {
  const isNamed = access.project !== undefined
  // At once, so that a job that is killed can be cleaned up after.
  const noted = isNamed ? undefined : writeOutputs(io, { run: building.run })
  const result = await building.result.catch((error: unknown): BuildResult => {
    if (!isNamed) throw error
    const problem = toProblem(error, io.signal)
    return {
      run: building.run,
      images: plan.images.map((image) => ({ image, status: 'failed', problem, ms: 0 })),
      leftovers: [],
    }
  })
  await noted
  const { run, talosVersion, ...document } = toResultDocument(result, plan.talosVersion, factoryUrl)
  const part = plan.shard === undefined ? {} : { shard: plan.shard }
  const whole = { run, talosVersion, inputs: plan.inputs, ...part, ...document }
  return toProjectResult(whole, access, timeline.read(Date.now()))
}

/** Ends a build at once; says what a user must remove. */
export function abandon({ access, building }: Running): string {
  building.abandon?.()
  const { run } = building
  const where = access.project === undefined ? '' : ` in ${access.project}`
  const pending = building.pending()
  if (pending.length === 0) return `Nothing of this run is left behind${where}.\n`
  const list = pending.map(({ name, command }) => {
    // In the sandbox only the cleanup works, since its addresses go with this process.
    if (access.variable === undefined) return `  ${name}\n`
    return `  ${name}: ${pasteable(toProjectCommand(command, run, access))}\n`
  })
  return `Left behind by run ${run}${where}:\n${list.join('')}Remove all of it:\n  ${pasteable(cleanupCommand(run, access))}\n`
}
