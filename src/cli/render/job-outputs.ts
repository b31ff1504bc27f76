/** What later steps and jobs in GitHub Actions learn from a command. Named as docs/ci.md says: workflows rely on it. */

import type { Plan } from '../../plan/plan.ts'
import type { ProjectsDocument } from '../../report/projects.ts'
import type { ResultDocument, ResultSnapshot } from '../../report/result.ts'
import type { Matrix } from '../build-matrix.ts'

/** Name to value. */
export type JobOutputs = Readonly<Record<string, string>>

/** What a plan comes to; `matrix` only where one was made. */
export function planOutputs({ talosVersion, images }: Plan, matrix?: Matrix): JobOutputs {
  const count = images.filter(({ existing }) => existing === undefined).length
  return {
    'talos-version': talosVersion,
    count: String(count),
    ...(matrix === undefined ? {} : { matrix: JSON.stringify(matrix) }),
  }
}

/** What a run came to, however it ended. */
export function buildOutputs({ run, talosVersion, snapshots, failed, leftovers }: ResultDocument): JobOutputs {
  const built = snapshots.filter(({ status }) => status === 'built').length
  const installers = new Set(snapshots.map(({ installer }) => installer))
  const [installer] = installers
  return {
    run,
    'talos-version': talosVersion,
    snapshots: JSON.stringify(snapshots),
    ids: byImage(snapshots, ({ id }) => id),
    installers: byImage(snapshots, ({ installer: one }) => one),
    // Several that differ are not one.
    installer: installers.size === 1 ? (installer ?? '') : '',
    changed: String(built > 0),
    built: String(built),
    existing: String(snapshots.length - built),
    failed: String(failed.length),
    'left-behind': String(leftovers.length),
  }
}

/** What a run in several projects came to. */
export function projectsOutputs({ projects }: ProjectsDocument): JobOutputs {
  const snapshots = projects.flatMap((one) => one.snapshots)
  const built = snapshots.filter(({ status }) => status === 'built').length
  return {
    'talos-version': projects[0]?.talosVersion ?? '',
    projects: JSON.stringify(projects),
    changed: String(built > 0),
    built: String(built),
    existing: String(snapshots.length - built),
    failed: String(projects.flatMap(({ failed }) => failed).length),
    'left-behind': String(projects.flatMap(({ leftovers }) => leftovers).length),
  }
}

/** An object with a value for each image, by the name that messages call it by. */
function byImage(snapshots: readonly ResultSnapshot[], value: (snapshot: ResultSnapshot) => unknown): string {
  const named = snapshots.map((one) => [
    one.role === null ? one.architecture : `${one.architecture} ${one.role}`,
    value(one),
  ])
  return JSON.stringify(Object.fromEntries(named))
}

/**
 * Lines for the file that GITHUB_OUTPUT names.
 * @param delimiter ends a value: must be in none of them
 */
export function formatOutputs(outputs: JobOutputs, delimiter: string): string {
  return Object.entries(outputs)
    .map(([name, value]) => `${name}<<${delimiter}\n${value}\n${delimiter}\n`)
    .join('')
}
