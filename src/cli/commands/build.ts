/** `talos-image build`: plan, build, report. */

import { accessSync, constants } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type BuildResult, startBuild } from '../../build/build.ts'
import type { Role } from '../../domain.ts'
import { TalosImageError } from '../../errors.ts'
import { toPlanDocument } from '../../report/plan-document.ts'
import { toResultDocument } from '../../report/result.ts'
import { EXIT, exitCodeOfRun } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { type OutputFlags, writeJson, writeJsonFile } from '../output.ts'
import { formatPlan } from '../render/plan.ts'
import { createPlainView, createTerminalView } from '../render/progress.ts'
import { formatFailures, formatSummary } from '../render/summary.ts'
import type { PlanFlags } from '../request.ts'
import { makePlan } from './plan.ts'

export interface BuildFlags extends PlanFlags, OutputFlags {
  readonly dryRun?: boolean
  readonly manifest?: string
  /** Milliseconds. */
  readonly sshTimeout?: number
}

/** Builds what the plan asks for; gives the exit code. */
export async function runBuild(io: Io, role: Role | undefined, flags: BuildFlags): Promise<number> {
  if (flags.manifest !== undefined) checkWritable(io, flags.manifest)
  const { plan, cloud } = await makePlan(io, role, flags)
  try {
    if (flags.dryRun === true) {
      if (flags.output === 'json') writeJson(io, toPlanDocument(plan))
      else io.out(formatPlan(plan))
      return EXIT.success
    }
    if (flags.output === 'text') io.err(`${formatPlan(plan)}\n`)
    const view = io.errIsTerminal ? await createTerminalView(io, process.stderr) : createPlainView(io)
    let result: BuildResult
    try {
      const building = startBuild({
        hetzner: cloud.hetzner,
        plan,
        signal: io.signal,
        onEvent: view.onEvent,
        sshPort: cloud.sshPort,
        ...(flags.sshTimeout === undefined ? {} : { timeouts: { sshMs: flags.sshTimeout } }),
        openStdin: () => io.stdin,
      })
      io.onSecondSignal(() =>
        describePending(
          building.run,
          building.pending().map(({ name, command }) => `${name}: ${command}`),
        ),
      )
      result = await building.result
    } finally {
      view.close()
    }
    const document = toResultDocument(result, plan.talosVersion, cloud.factory.url)
    if (flags.manifest !== undefined) await writeJsonFile(io, flags.manifest, '--manifest', document)
    if (flags.output === 'json') writeJson(io, document)
    else io.out(`\n${formatSummary(document)}`)
    io.err(formatFailures(document))
    return exitCodeOfRun(result)
  } finally {
    await cloud.close()
  }
}

/** What a user must remove when the process ends at once. */
function describePending(run: string, pending: readonly string[]): string {
  if (pending.length === 0) return 'Nothing of this run is left behind.\n'
  const list = pending.map((line) => `  ${line}\n`).join('')
  return `Left behind by run ${run}:\n${list}Remove all of it: talos-image cleanup --run ${run}\n`
}

/** A manifest that cannot be written is better found out before the build than after it. */
function checkWritable(io: Io, path: string): void {
  let directory = dirname(resolve(io.cwd, path))
  for (;;) {
    try {
      accessSync(directory, constants.W_OK)
      return
    } catch (error) {
      const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
      const parent = dirname(directory)
      if (missing && parent !== directory) {
        directory = parent
        continue
      }
      throw new TalosImageError({
        code: 'usage',
        message: `${path} cannot be written: no permission for ${directory}`,
        at: { kind: 'flag', name: '--manifest' },
      })
    }
  }
}
