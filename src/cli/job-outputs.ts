/** Outputs of a step in GitHub Actions, where the command runs in one. */

import { randomUUID } from 'node:crypto'
import { appendFile } from 'node:fs/promises'
import { TalosImageError } from '../errors.ts'
import { redact } from '../util/redact.ts'
import type { Io } from './io.ts'
import { formatOutputs, type JobOutputs } from './render/job-outputs.ts'
import { isGithubActions } from './screen.ts'
import { showError } from './show-problem.ts'

/**
 * Finds out whether outputs can be written, before there are any.
 * @throws TalosImageError `usage` when they cannot
 */
export async function checkOutputs(io: Io): Promise<void> {
  const file = fileOf(io)
  if (file !== undefined) await append(file, '')
}

/** Adds outputs to those of the step, if this is one. That it fails is shown; gives whether it did not. */
export async function writeOutputs(io: Io, outputs: JobOutputs): Promise<boolean> {
  const file = fileOf(io)
  if (file === undefined) return true
  try {
    // A value cannot contain its own end mark, since the mark cannot be guessed.
    await append(file, formatOutputs(mapValues(outputs, redact), `end-${randomUUID()}`))
    return true
  } catch (error) {
    if (!(error instanceof TalosImageError)) throw error
    for (const problem of error.problems) showError(io, problem)
    return false
  }
}

/** The output `exit-code`, of every command. Where it cannot be written, the command itself has said so. */
export async function writeExitCode(io: Io, code: number): Promise<void> {
  const file = fileOf(io)
  if (file !== undefined) await appendFile(file, `exit-code=${code}\n`).catch(() => undefined)
}

function fileOf(io: Io): string | undefined {
  return isGithubActions(io) ? io.env.GITHUB_OUTPUT || undefined : undefined
}

async function append(file: string, text: string): Promise<void> {
  try {
    await appendFile(file, text)
  } catch (error) {
    throw new TalosImageError({
      code: 'usage',
      message: `the outputs of the step cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      at: { kind: 'env', name: 'GITHUB_OUTPUT' },
      hint: 'leave GITHUB_OUTPUT as GitHub Actions sets it, or unset it outside of a job',
    })
  }
}

const mapValues = (outputs: JobOutputs, change: (value: string) => string): JobOutputs =>
  Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, change(value)]))
