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
import { createTerminalView } from './render/terminal-view.ts'
import { isGithubActions } from './screen.ts'

/** Shows the plan, and gives what shows the rest. */
export async function openBuildView(io: Io, output: OutputForm, plan: Plan): Promise<ProgressView> {
  if (output === 'jsonl') {
    writeRecord(io, { type: 'plan', ...toPlanDocument(plan) })
    // What standard output says need not stand on standard error, too.
    return { onEvent: (event) => writeRecord(io, toEventRecord(event)), close: () => undefined }
  }
  if (output === 'text') showPlan(io, plan)
  if (isGithubActions(io)) return createGithubView(io)
  return io.errIsTerminal ? createTerminalView(io, process.stderr, plan.cost) : createPlainView(io)
}

/** A plan beside the results: in GitHub Actions a group of the log. */
export function showPlan(io: Io, plan: Plan): void {
  const text = formatPlan(plan)
  const [title = '', ...lines] = text.trimEnd().split(/\n+/)
  io.err(isGithubActions(io) ? formatGroup(title, lines) : `${text}\n`)
}
