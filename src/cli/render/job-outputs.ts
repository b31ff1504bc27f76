/** What later steps and jobs in GitHub Actions learn from a command. Named as docs/ci.md says: workflows rely on it. */

import { isToDo, type Plan } from '../../plan/plan.ts'
import { type ProjectResult, toRunDocument } from '../../report/projects.ts'
import type { ResultSnapshot } from '../../report/result.ts'

/** Name to value. */
export type JobOutputs = Readonly<Record<string, string>>

/** What a plan comes to. @param matrix as GitHub takes it, where one was made */
export function planOutputs({ talosVersion, images }: Plan, matrix?: unknown): JobOutputs {
  const count = images.filter(isToDo).length
  return {
    'talos-version': talosVersion,
    count: String(count),
    ...(matrix === undefined ? {} : { matrix: JSON.stringify(matrix) }),
  }
}

/** What a run came to, however it ended: in projects that were named, or in the only one. */
export function buildOutputs(results: readonly ProjectResult[]): JobOutputs {
  const document = toRunDocument(results)
  const snapshots = results.flatMap((one) => one.snapshots)
  const built = snapshots.filter(({ status }) => status === 'built').length
  return {
    'talos-version': results[0]?.talosVersion ?? '',
    ...('projects' in document
      ? { projects: JSON.stringify(results.map(({ timeline: _, ...result }) => result)) }
      : imageOutputs(document)),
    changed: String(built > 0),
    built: String(built),
    existing: String(snapshots.length - built),
    failed: String(results.flatMap(({ failed }) => failed).length),
    'left-behind': String(results.flatMap(({ leftovers }) => leftovers).length),
  }
}

function imageOutputs({ run, snapshots }: ProjectResult): JobOutputs {
  const installers = new Set(snapshots.map(({ installer }) => installer))
  const [installer] = installers
  return {
    run: run ?? '',
    snapshots: JSON.stringify(snapshots),
    ids: byImage(snapshots, ({ id }) => id),
    installers: byImage(snapshots, ({ installer: one }) => one),
    // Several that differ are not one.
    installer: installers.size === 1 ? (installer ?? '') : '',
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
