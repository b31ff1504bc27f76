/** A run with Packer as the engine: Packer builds; checks, progress, labels and clean-up are done here. */

import { type Problem, throwProblems } from '../errors.ts'
import type { PlannedImage } from '../plan/plan.ts'
import { type BuildOptions, toRun } from '../run/build.ts'
import { Lease } from '../run/lease.ts'
import { findLimitProblems } from '../run/option-limits.ts'
import type { BuildResult, ImageResult, RunningBuild } from '../run/result.ts'
import { sweep } from '../run/run-images.ts'
import type { Leftover } from '../util/cleanup-scope.ts'
import { groupByRole } from './arguments.ts'
import { buildRole } from './build-role.ts'
import { listPackerResources, removeLeftovers } from './clean-up.ts'
import { openSession, type PackerSession, type PackerSetup } from './session.ts'

export type PackerBuildOptions = Pick<
  BuildOptions,
  'hetzner' | 'plan' | 'signal' | 'onEvent' | 'clock' | 'trace' | 'timeouts'
> & { readonly packer: PackerSetup }

/**
 * Starts building a plan's images with Packer, role after role, the architectures of each side by side. What comes back is as
 * with `startBuild`, but nothing was read back.
 */
export function startPackerBuild(options: PackerBuildOptions): RunningBuild {
  const { id, clock, trace, emit, timeouts, signal } = toRun(options)
  const { hetzner, plan, packer } = options
  let session: PackerSession | undefined

  async function run(): Promise<BuildResult> {
    throwProblems(findLimitProblems(options))
    const lease = new Lease(id, clock, hetzner.now)
    const context = { id, hetzner, clock, signal, emit, lease, timeouts, trace, plan }
    try {
      await using opened = await openSession(packer, context)
      session = opened
      await opened.fetchPlugins()
      // What is wrong with the template is found out for all roles before the first of them is built.
      for (const images of groupByRole(plan.images)) await opened.validate(images)
      const before = new Set((await listPackerResources(hetzner, signal)).map(({ name }) => name))
      emit({ type: 'run-started', run: id, images: plan.images.map(({ name }) => name) })
      emit({
        type: 'note',
        text: `${opened.title} builds; it does not read disks back, so the snapshots are not verified`,
      })
      const [built] = await Promise.all([buildRoles(opened), sweep(context, plan)])
      await opened.reportUnclaimed(before)
      return { run: id, ...built }
    } finally {
      await lease.close()
    }
  }

  async function buildRoles(opened: PackerSession): Promise<Omit<BuildResult, 'run'>> {
    const results: ImageResult[] = []
    const leftovers: Leftover[] = []
    for (const images of groupByRole(plan.images)) {
      results.push(...(signal.aborted ? stopped(images) : await buildRole(images, opened)))
      // After each role, so that what was left behind costs as little as can be.
      leftovers.push(
        ...(await removeLeftovers({
          runId: id,
          hetzner,
          resources: opened.resources,
          clock,
          emit,
          timeoutMs: timeouts.removeMs,
        })),
      )
    }
    for (const leftover of leftovers) emit({ type: 'leftover', leftover })
    return { images: results, leftovers }
  }

  function stopped(images: readonly PlannedImage[]): ImageResult[] {
    const problem: Problem = { code: 'interrupted', message: 'interrupted' }
    return images.map((image) => {
      emit({ type: 'image-failed', image: image.name, problem, ms: 0 })
      return { image, status: 'failed', problem, ms: 0 }
    })
  }

  return {
    run: id,
    result: run(),
    pending: () => session?.resources.pending ?? [],
    abandon: () => session?.abandon(),
  }
}
