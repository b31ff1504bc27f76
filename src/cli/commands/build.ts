/** `talos-image build`: plan, build, report. */

import { type BuildResult, startBuild } from '../../build/build.ts'
import type { Timeouts } from '../../build/timeouts.ts'
import type { Role } from '../../domain.ts'
import { TalosImageError } from '../../errors.ts'
import { lookUpPlacements } from '../../plan/make-plan.ts'
import type { Plan } from '../../plan/plan.ts'
import { toPlanDocument } from '../../report/plan-document.ts'
import { type ResultDocument, toResultDocument } from '../../report/result.ts'
import type { Deletion } from '../../util/cleanup-scope.ts'
import { printable } from '../../util/printable.ts'
import { redact } from '../../util/redact.ts'
import type { Trace } from '../../util/trace.ts'
import { openBuildView } from '../build-view.ts'
import { openDebugLog } from '../debug-log.ts'
import { EXIT, exitCodeOfRun } from '../exit-codes.ts'
import { writeJobSummary } from '../github-actions.ts'
import type { Io } from '../io.ts'
import { checkWritable, type OutputForm, writeJson, writeJsonFile, writeRecord } from '../output.ts'
import { foldLines } from '../render/fold.ts'
import { formatPlan } from '../render/plan.ts'
import { findFailures, findLeftovers, formatInterrupted, formatSummary } from '../render/summary.ts'
import type { PlanFlags } from '../request.ts'
import { say } from '../say.ts'
import { showError } from '../show-problem.ts'
import { makePlan, sayWhatNext } from './plan.ts'

export interface BuildFlags extends PlanFlags {
  readonly output: OutputForm
  readonly dryRun?: boolean
  readonly manifest?: string
  /** Milliseconds. */
  readonly sshTimeout?: number
  readonly timeout?: Partial<Timeouts>
  /** Milliseconds. */
  readonly waitForStock?: number
  readonly debugLog?: string
}

/** Builds what the plan asks for; gives the exit code. */
export async function runBuild(io: Io, role: Role | undefined, flags: BuildFlags): Promise<number> {
  // A manifest that cannot be written is better found out before the build than after it.
  if (flags.manifest !== undefined) await checkWritable(io, flags.manifest, '--manifest')
  const log = flags.debugLog === undefined ? undefined : openDebugLog(io, flags.debugLog, '--debug-log')
  try {
    return await buildWith(io, role, flags, log?.trace)
  } finally {
    log?.close()
  }
}

async function buildWith(io: Io, role: Role | undefined, flags: BuildFlags, trace?: Trace): Promise<number> {
  // Until there is a view to show them in, delays are lines of their own.
  let showDelay = (text: string): void => say(io, printable(redact(text)))
  const watch = { ...(trace === undefined ? {} : { trace }), onDelay: (text: string) => showDelay(text) }
  const { plan, cloud, request } = await makePlan(io, role, flags, watch)
  try {
    if (flags.dryRun === true) {
      printPlan(io, flags.output, plan)
      return EXIT.success
    }
    const view = await openBuildView(io, flags.output, plan)
    showDelay = (text) => view.onEvent({ type: 'note', text })
    let result: BuildResult
    try {
      const building = startBuild({
        hetzner: cloud.hetzner,
        plan,
        signal: io.signal,
        onEvent: view.onEvent,
        sshPort: cloud.sshPort,
        timeouts: { ...(flags.sshTimeout === undefined ? {} : { sshMs: flags.sshTimeout }), ...flags.timeout },
        openStdin: () => io.stdin,
        stock: {
          waitMs: flags.waitForStock ?? 0,
          look: (image, signal) => lookUpPlacements(request, image, { hetzner: cloud.hetzner, signal }),
        },
        ...(trace === undefined ? {} : { trace }),
      })
      io.onSecondSignal(() => describePending(building.run, building.pending(), flags.sandbox === true))
      result = await building.result
    } finally {
      view.close()
    }
    const document = toResultDocument(result, plan.talosVersion, cloud.factory.publicUrl)
    printResult(io, flags.output, document)
    await writeJobSummary(io, document)
    const written = flags.manifest === undefined || (await writeManifest(io, flags.manifest, document))
    return exitCodeOfRun(result) || (written ? EXIT.success : EXIT.failed)
  } finally {
    await cloud.close()
  }
}

function printPlan(io: Io, output: OutputForm, plan: Plan): void {
  if (output === 'text') {
    io.out(formatPlan(plan, io.outColumns()))
    sayWhatNext(io, plan, 'without --dry-run it is built')
  } else if (output === 'json') writeJson(io, toPlanDocument(plan))
  else writeRecord(io, { type: 'plan', ...toPlanDocument(plan) })
}

/** What was built, then what was not, and why, and what to do. */
function printResult(io: Io, output: OutputForm, document: ResultDocument): void {
  if (output === 'json') writeJson(io, document)
  else if (output === 'jsonl') writeRecord(io, { type: 'result', ...document })
  else if (document.snapshots.length > 0) {
    io.err('\n')
    io.out(formatSummary(document, io.outColumns()))
  }
  const problems = [...findFailures(document), ...findLeftovers(document)]
  if (problems.length > 0) io.err('\n')
  for (const problem of problems) showError(io, problem)
  io.err(foldLines(formatInterrupted(document), io.errColumns()))
}

/** Comes last, so that a disk that has become full does not hide what was built. Whether it was written. */
async function writeManifest(io: Io, path: string, document: ResultDocument): Promise<boolean> {
  try {
    await writeJsonFile(io, path, '--manifest', document)
    return true
  } catch (error) {
    if (!(error instanceof TalosImageError)) throw error
    for (const problem of error.problems) showError(io, problem)
    return false
  }
}

/** What a user must remove when the process ends at once. */
function describePending(run: string, pending: readonly Deletion[], sandbox: boolean): string {
  if (pending.length === 0) return 'Nothing of this run is left behind.\n'
  // Only the cleanup finds its way into the sandbox, whose addresses go with this process.
  const list = pending.map(({ name, command }) => (sandbox ? `  ${name}\n` : `  ${name}: ${command}\n`)).join('')
  const cleanup = `talos-image cleanup --run ${run}${sandbox ? ' --sandbox' : ''}`
  return `Left behind by run ${run}:\n${list}Remove all of it:\n  ${cleanup}\n`
}
