/** `talos-image build`: plan, build, report. */

import type { Role } from '../../domain.ts'
import type { Problem } from '../../errors.ts'
import { lookUpPlacements } from '../../plan/make-plan.ts'
import type { Plan } from '../../plan/plan.ts'
import { toPlanDocument } from '../../report/plan-document.ts'
import { type ResultDocument, toResultDocument } from '../../report/result.ts'
import { startBuild } from '../../run/build.ts'
import type { BuildResult } from '../../run/result.ts'
import type { Timeouts } from '../../run/timeouts.ts'
import type { Deletion } from '../../util/cleanup-scope.ts'
import { printable } from '../../util/printable.ts'
import { redact } from '../../util/redact.ts'
import type { Trace } from '../../util/trace.ts'
import { openBuildView } from '../build-view.ts'
import { openDebugLog } from '../debug-log.ts'
import { EXIT, exitCodeOfRun } from '../exit-codes.ts'
import { writeJobSummary } from '../github-actions.ts'
import type { Io } from '../io.ts'
import { checkOutputs, writeOutputs } from '../job-outputs.ts'
import { type OutputForm, writeJson, writeRecord } from '../output.ts'
import type { PackerEngine } from '../packer-engine.ts'
import { chooseProjects, hasProjects } from '../projects.ts'
import { foldLines } from '../render/fold.ts'
import { buildOutputs, planOutputs } from '../render/job-outputs.ts'
import { formatPlan } from '../render/plan.ts'
import { findFailures, findLeftovers, formatInterrupted, formatSummary } from '../render/summary.ts'
import type { PlanFlags } from '../request.ts'
import { checkResultFiles, type ResultFileFlags, writeResultFiles } from '../result-files.ts'
import { say } from '../say.ts'
import { showError } from '../show-problem.ts'
import { makePlan, sayWhatNext } from './plan.ts'

export interface BuildFlags extends PlanFlags, ResultFileFlags {
  readonly output: OutputForm
  /** Who builds: this tool by itself, or Packer. */
  readonly engine: 'native' | 'packer'
  readonly dryRun?: boolean
  readonly timeout?: Partial<Timeouts>
  /** Milliseconds. */
  readonly waitForStock?: number
  readonly debugLog?: string
}

/** Builds what the plan asks for; gives the exit code. */
export async function runBuild(io: Io, role: Role | undefined, flags: BuildFlags): Promise<number> {
  await checkOutputs(io)
  const log = flags.debugLog === undefined ? undefined : openDebugLog(io, flags.debugLog, '--debug-log')
  try {
    return await buildWith(io, role, flags, log?.trace)
  } finally {
    log?.close()
  }
}

const PACKER_HAS_ONE: Problem = {
  code: 'usage',
  message: 'Packer builds in one project, the one of HCLOUD_TOKEN',
  at: { kind: 'flag', name: '--engine' },
  hint: 'leave --project and talos-image.yaml out, or build without --engine packer',
}

async function buildWith(io: Io, role: Role | undefined, flags: BuildFlags, trace?: Trace): Promise<number> {
  const chosen = await chooseProjects(io, flags)
  if (hasProjects(chosen)) {
    const problems = [...chosen.problems, ...(flags.engine === 'packer' ? [PACKER_HAS_ONE] : [])]
    const { buildProjects } = await import('./build-projects.ts')
    return buildProjects(io, role, flags, { ...chosen, problems }, trace)
  }
  await checkResultFiles(io, flags)
  // Until there is a view to show them in, delays are lines of their own.
  let showDelay = (text: string): void => say(io, printable(redact(text)))
  const watch = { ...(trace === undefined ? {} : { trace }), onDelay: (text: string) => showDelay(text) }
  const packer = flags.engine === 'packer' ? await findEngine(io, flags) : undefined
  // Packer builds at the one place that it is told, and whatever there is.
  const planFlags = packer === undefined ? flags : { ...flags, fallback: false, force: true }
  const { plan, cloud, request } = await makePlan(io, role, planFlags, watch, packer)
  try {
    if (flags.dryRun === true) {
      printPlan(io, flags.output, plan)
      return (await writeOutputs(io, planOutputs(plan))) ? EXIT.success : EXIT.failed
    }
    const view = await openBuildView(io, flags.output, plan)
    showDelay = (text) => view.onEvent({ type: 'note', text })
    let result: BuildResult
    try {
      const common = {
        hetzner: cloud.hetzner,
        factory: cloud.factory,
        plan,
        signal: io.signal,
        onEvent: view.onEvent,
        timeouts: { ...(flags.sshTimeout === undefined ? {} : { sshMs: flags.sshTimeout }), ...flags.timeout },
        ...(trace === undefined ? {} : { trace }),
      }
      const building =
        packer?.start(common, request, cloud) ??
        startBuild({
          ...common,
          sshPort: cloud.sshPort,
          openStdin: () => io.stdin,
          stock: {
            waitMs: flags.waitForStock ?? 0,
            look: (image, signal) => lookUpPlacements(request, image, { hetzner: cloud.hetzner, signal }),
          },
        })
      io.onSecondSignal(() => {
        building.abandon?.()
        return describePending(building.run, building.pending(), flags.sandbox === true)
      })
      // At once, for whoever has to tidy up after a job that was killed.
      const noted = writeOutputs(io, { run: building.run })
      result = await building.result
      await noted
    } finally {
      view.close()
    }
    const document = toResultDocument(result, plan.talosVersion, cloud.factoryUrl)
    printResult(io, flags.output, document)
    await writeJobSummary(io, document)
    const noted = await writeOutputs(io, buildOutputs(document))
    const written = (await writeResultFiles(io, flags, document)) && noted
    return exitCodeOfRun(result) || (written ? EXIT.success : EXIT.failed)
  } finally {
    await cloud.close()
  }
}

async function findEngine(io: Io, flags: BuildFlags): Promise<PackerEngine> {
  const { findPackerEngine } = await import('../packer-engine.ts')
  return findPackerEngine(io, flags)
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

/** What a user must remove when the process ends at once. */
function describePending(
  run: string,
  pending: readonly Pick<Deletion, 'name' | 'command'>[],
  sandbox: boolean,
): string {
  if (pending.length === 0) return 'Nothing of this run is left behind.\n'
  // Only the cleanup finds its way into the sandbox, whose addresses go with this process.
  const list = pending.map(({ name, command }) => (sandbox ? `  ${name}\n` : `  ${name}: ${command}\n`)).join('')
  const cleanup = `talos-image cleanup --run ${run}${sandbox ? ' --sandbox' : ''}`
  return `Left behind by run ${run}:\n${list}Remove all of it:\n  ${cleanup}\n`
}
