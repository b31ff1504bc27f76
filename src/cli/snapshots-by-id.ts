/** Snapshots by ID. */

import { type Problem, TalosImageError } from '../errors.ts'
import type { HetznerClient } from '../hetzner/client.ts'
import { isApiFailure } from '../hetzner/transport/api-failure.ts'
import type { Image } from '../hetzner/wire.ts'
import { ProblemCollector } from '../util/problem-collector.ts'

/** What surprises those who have several projects. */
export const STAYS =
  'snapshots cannot move between projects, each needs its own (--project NAME looks into another one)'

/** @throws TalosImageError `not-found` when the project has no image with this ID */
export async function getSnapshot(hetzner: HetznerClient, id: number, signal: AbortSignal): Promise<Image> {
  try {
    return await hetzner.images.get(id, { signal })
  } catch (error) {
    if (!isApiFailure(error, 'not_found')) throw error
    throw new TalosImageError({
      code: 'not-found',
      message: `there is no snapshot ${id} in this project`,
      hint: `\`talos-image list\` shows what there is; ${STAYS}`,
    })
  }
}

/**
 * Does something with one after the other. One for which it fails ends it, unless it is to go on; an interruption always does.
 * @returns with what it was done, and why it failed for others
 */
export async function doEach<T>(
  all: readonly T[],
  work: (one: T) => Promise<unknown>,
  { goOn = false } = {},
): Promise<{ readonly done: readonly T[]; readonly problems: readonly Problem[] }> {
  const done: T[] = []
  const problems = new ProblemCollector()
  for (const one of all) {
    try {
      await work(one)
      done.push(one)
    } catch (error) {
      if (!(error instanceof TalosImageError)) throw error
      problems.add(...error.problems)
      if (!goOn || error.code === 'interrupted') break
    }
  }
  return { done, problems: problems.all }
}
