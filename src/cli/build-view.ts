/** How a build is shown while it runs: as its flags, the terminal, and the surroundings ask for. */

import type { Plan } from '../plan/plan.ts'
import { toEventRecord } from '../report/event-record.ts'
import { toPlanDocument } from '../report/plan-document.ts'
import { createGithubView } from './github-actions.ts'
import type { Io } from './io.ts'
import { type OutputForm, writeRecord } from './output.ts'
import { formatGroup } from './render/github.ts'
import { createPlainView } from './render/plain-view.ts'
import { formatPlan } from './render/plan.ts'
import type { ProgressView } from './render/progress.ts'
import type { Rates } from './render/running-cost.ts'
import { createTerminalView } from './render/terminal-view.ts'
import { isGithubActions } from './screen.ts'

/** Shows the plan, and gives what shows the rest. */
export async function openBuildView(io: Io, output: OutputForm, plan: Plan): Promise<ProgressView> {
  if (output === 'jsonl') {
    writeRecord(io, { type: 'plan', ...toPlanDocument(plan) })
    // What standard output says need not stand on standard error, too.
    return { onEvent: (event) => writeRecord(io, toEventRecord(event)), close: () => undefined }
  }
  if (output === 'text') showPlan(io, (width) => formatPlan(plan, width))
  return openProgress(io, plan.cost)
}

/** What shows a build, decided by the surroundings. @param rates what servers cost, when that is known */
export async function openProgress(io: Io, rates: Rates | undefined): Promise<ProgressView> {
  if (isGithubActions(io)) return createGithubView(io)
  return io.errIsTerminal
    ? createTerminalView(io, process.stderr, rates, () => process.stderr.rows || Number.POSITIVE_INFINITY)
    : createPlainView(io)
}

/** Shows the text of a plan before its build. @param format makes it fit a width */
export function showPlan(io: Io, format: (width?: number) => string): void {
  if (isGithubActions(io)) {
    const [title = '', ...lines] = format().trimEnd().split(/\n+/)
    io.err(formatGroup(title, lines))
  } else io.err(`${format(io.errColumns())}\n`)
}
