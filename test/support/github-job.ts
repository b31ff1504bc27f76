/** The steps of action.yml and of workflows, run as the runner of GitHub Actions runs them. */

import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { parse } from 'yaml'
import { toGlob } from '../../src/util/glob.ts'
import { type CommandResult, ROOT, type RunningCommand, startCommand } from './command.ts'
import { type Contexts, fill, holds, type JobStatus, toText } from './github-expression.ts'

const Values = v.record(v.string(), v.unknown())
const Step = v.object({
  id: v.optional(v.string()),
  if: v.optional(v.unknown()),
  uses: v.optional(v.string()),
  run: v.optional(v.string()),
  env: v.optional(Values, {}),
  with: v.optional(Values, {}),
})
const Action = v.object({
  inputs: v.record(v.string(), v.object({ default: v.string() })),
  outputs: v.record(v.string(), v.object({ value: v.string() })),
  runs: v.object({
    using: v.literal('composite'),
    steps: v.array(v.object({ ...Step.entries, shell: v.literal('bash') })),
  }),
})
const Workflow = v.object({
  env: v.optional(Values, {}),
  jobs: v.record(
    v.string(),
    v.object({
      needs: v.optional(v.union([v.string(), v.array(v.string())])),
      if: v.optional(v.unknown()),
      env: v.optional(Values, {}),
      outputs: v.optional(v.record(v.string(), v.string()), {}),
      strategy: v.optional(v.object({ matrix: v.unknown() })),
      steps: v.array(Step),
    }),
  ),
})
const Matrix = v.object({ include: v.array(Values) })

export interface RunnerOptions {
  /** The workspace of the job. */
  readonly cwd: string
  /** Beside what the runner itself sets. */
  readonly env: Readonly<Record<string, string>>
  /** Is told when a script has begun, with what can cancel it. */
  readonly onStart?: (command: RunningCommand) => void
  /** Is waited for when a script has ended. */
  readonly onEnd?: () => Promise<void>
}

export interface StepResult extends CommandResult {
  readonly outputs: Readonly<Record<string, string>>
  /** What was added to the page of the job. */
  readonly summary: string
}

export interface FinishedJob {
  /** As in the workflow. */
  readonly job: string
  readonly matrix: Readonly<Record<string, unknown>>
  /** Those that use the action, in their order; none that was passed over. */
  readonly steps: readonly StepResult[]
  readonly outputs: Readonly<Record<string, string>>
}

/** What the runner knows of the job and of the action. */
const GITHUB = { token: 'ghs_of-the-job', action_repository: 'OWNER/talos-image' }

/** Runs action.yml with these inputs; the others have their defaults. */
export async function runAction(inputs: Readonly<Record<string, string>>, options: RunnerOptions): Promise<StepResult> {
  const action = v.parse(Action, parse(await readFile(join(ROOT, 'action.yml'), 'utf8')))
  const unknown = Object.keys(inputs).filter((name) => !Object.hasOwn(action.inputs, name))
  if (unknown.length > 0) throw new Error(`action.yml has no input ${unknown.join(', ')}`)
  const given = Object.fromEntries(
    Object.entries(action.inputs).map(([name, one]) => [name, inputs[name] ?? one.default]),
  )
  const [step, ...others] = action.runs.steps
  if (step?.run === undefined || step.id === undefined || others.length > 0)
    throw new Error('action.yml has other steps')
  const contexts = { inputs: given, env: options.env, github: GITHUB }
  const own = fillAll(step.env, contexts)
  const result = await runScript(toText(fill(step.run, contexts)), { ...options, env: { ...options.env, ...own } })
  const steps = { [step.id]: { outputs: result.outputs } }
  const values = Object.entries(action.outputs).map(
    ([name, { value }]) => [name, toText(fill(value, { steps }))] as const,
  )
  return { ...result, outputs: Object.fromEntries(values) }
}

/**
 * Runs a workflow that uses nothing but this action, a checkout, whose place `cwd` takes, and artifacts, which are files there.
 * @param contexts `inputs` and `secrets`
 */
export async function runWorkflow(path: string, contexts: Contexts, options: RunnerOptions): Promise<FinishedJob[]> {
  const workflow = v.parse(Workflow, parse(await readFile(join(ROOT, path), 'utf8')))
  const finished: FinishedJob[] = []
  const needs: Record<string, { outputs: Readonly<Record<string, string>> }> = {}
  for (const [name, job] of Object.entries(workflow.jobs)) {
    if (!holds(job.if, { ...contexts, needs }, 'success')) continue
    const { include } =
      job.strategy === undefined
        ? { include: [{}] }
        : v.parse(Matrix, fill(job.strategy.matrix, { ...contexts, needs }))
    for (const [index, matrix] of include.entries()) {
      const env = fillAll({ ...workflow.env, ...job.env }, contexts)
      const { steps, contexts: after } = await runSteps(
        job.steps,
        { ...contexts, needs, matrix, strategy: { 'job-index': index } },
        {
          ...options,
          env: { ...options.env, ...env },
        },
      )
      const outputs = fillAll(job.outputs, after)
      needs[name] = { outputs }
      finished.push({ job: name, matrix, steps, outputs })
    }
  }
  return finished
}

async function runSteps(
  steps: readonly v.InferOutput<typeof Step>[],
  before: Contexts,
  options: RunnerOptions,
): Promise<{ steps: StepResult[]; contexts: Contexts }> {
  const results: StepResult[] = []
  const byId: Record<string, { outputs: Readonly<Record<string, string>> }> = {}
  const contexts: Contexts = { ...before, steps: byId }
  let status: JobStatus = 'success'
  for (const step of steps) {
    if (step.uses?.startsWith('actions/checkout@') === true || !holds(step.if, contexts, status)) continue
    if (step.uses?.startsWith('actions/upload-artifact@') === true) continue
    if (step.uses?.startsWith('actions/download-artifact@') === true) {
      await download(fillAll(step.with, contexts), options)
      continue
    }
    if (step.uses?.startsWith('OWNER/talos-image@') !== true)
      throw new Error(`${step.uses ?? step.run} cannot be run here`)
    const result = await runAction(fillAll(step.with, contexts), options)
    results.push(result)
    if (step.id !== undefined) byId[step.id] = { outputs: result.outputs }
    // What a signal ended was cancelled.
    if (result.code !== 0) status = (result.code ?? 128) >= 128 ? 'cancelled' : 'failure'
  }
  return { steps: results, contexts }
}

/** Puts what jobs before it have uploaded into a folder. */
async function download({ pattern = '', path = '' }: Readonly<Record<string, string>>, { cwd }: RunnerOptions) {
  await mkdir(join(cwd, path), { recursive: true })
  for (const name of await readdir(cwd)) {
    if (toGlob(pattern).test(name)) await cp(join(cwd, name), join(cwd, path, name))
  }
}

/**
 * Runs the scripts of one job of a workflow, one after the other, until one fails; the actions between them are passed over.
 * @returns for each that was run, what it printed
 */
export async function runScripts(
  path: string,
  name: string,
  contexts: Contexts,
  options: RunnerOptions,
): Promise<CommandResult[]> {
  const { jobs } = v.parse(Workflow, parse(await readFile(join(ROOT, path), 'utf8')))
  const results: CommandResult[] = []
  for (const step of jobs[name]?.steps ?? []) {
    if (step.run === undefined) continue
    const env = { ...options.env, ...fillAll(step.env, contexts) }
    const result = await runScript(step.run, { ...options, env })
    results.push(result)
    if (result.code !== 0) break
  }
  return results
}

const fillAll = (values: Readonly<Record<string, unknown>>, contexts: Contexts): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toText(fill(value, contexts))]))

/** With the files and the shell that the runner gives to a step. */
async function runScript(script: string, { cwd, env, onStart, onEnd }: RunnerOptions): Promise<StepResult> {
  const folder = await mkdtemp(join(tmpdir(), 'talos-image-step-'))
  try {
    const [file, output, summary] = ['script.sh', 'output', 'summary'].map((name) => join(folder, name))
    if (file === undefined || output === undefined || summary === undefined) throw new Error('no files')
    for (const path of [output, summary]) await writeFile(path, '')
    await writeFile(file, script)
    await using command = startCommand([file], {
      cwd,
      program: ['bash', '--noprofile', '--norc', '-e', '-o', 'pipefail'],
      timeoutMs: 170_000,
      env: {
        CI: 'true',
        // The action prepares itself by npm, which wants a place for its logs.
        HOME: folder,
        GITHUB_ACTIONS: 'true',
        GITHUB_ACTION_PATH: ROOT.replace(/\/$/, ''),
        GITHUB_WORKSPACE: cwd,
        GITHUB_SERVER_URL: 'https://github.com',
        RUNNER_TOOL_CACHE: join(folder, 'tools'),
        ...env,
        GITHUB_OUTPUT: output,
        GITHUB_STEP_SUMMARY: summary,
      },
    })
    onStart?.(command)
    const result = await command.result
    await onEnd?.()
    return { ...result, outputs: readOutputs(await readFile(output, 'utf8')), summary: await readFile(summary, 'utf8') }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** `name=value`, or `name<<END`, lines, `END`. The last one of a name counts. */
export function readOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {}
  const lines = text.split('\n')
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    if (line === '') continue
    const [, name, sign, rest] = /^(.+?)(=|<<)(.*)$/.exec(line) ?? []
    if (name === undefined || rest === undefined) throw new Error(`the runner refuses the output "${line}"`)
    if (sign === '=') {
      outputs[name] = rest
      continue
    }
    const end = lines.indexOf(rest)
    if (end === -1) throw new Error(`the output ${name} has no end`)
    outputs[name] = lines
      .splice(0, end + 1)
      .slice(0, -1)
      .join('\n')
  }
  return outputs
}
