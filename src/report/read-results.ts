/** Results of runs in texts: a document of `build`, or a log that holds lines of `--output jsonl` among others. Pure. */

import * as v from 'valibot'
import type { Problem } from '../errors.ts'
import type { ProjectResult } from './projects.ts'
import { ProblemSchema, ResultSchema } from './result-schema.ts'

/** What a text came to. */
export interface FoundResults {
  /** Those of one run, in each of its projects; of a log maybe of several. */
  readonly results: readonly ProjectResult[]
  /** What kept runs from having a result. */
  readonly errors: readonly Problem[]
}

const Projects = v.object({ projects: v.array(ResultSchema) })
const Failure = v.object({ error: v.object({ problems: v.array(ProblemSchema) }) })
const ResultLine = v.object({ type: v.literal('result'), ...ResultSchema.entries })
const ErrorLine = v.object({ type: v.literal('error'), problems: v.array(ProblemSchema) })

/** @returns what is in the text, or what it is instead, such as `is empty` */
export function readResults(text: string): FoundResults | string {
  if (text.trim() === '') return 'is empty'
  const document = parseJson(text)
  if (document === undefined || isLine(document)) return readLog(text)
  if (has(document, 'error') && !has(document, 'snapshots')) {
    const failure = v.safeParse(Failure, document)
    if (failure.success) return { results: [], errors: failure.output.error.problems }
  }
  if (has(document, 'projects')) {
    const projects = v.safeParse(Projects, document)
    return projects.success ? { results: projects.output.projects, errors: [] } : notResult(projects.issues[0])
  }
  const result = v.safeParse(ResultSchema, document)
  return result.success ? { results: [result.output], errors: [] } : notResult(result.issues[0])
}

/** The last line of each run, and those in which one said why it could not begin; everything else in the log is not looked at. */
function readLog(text: string): FoundResults | string {
  const results: ProjectResult[] = []
  const errors: Problem[] = []
  let isBroken: string | undefined
  for (const line of text.split('\n')) {
    const record = line.trimStart().startsWith('{') ? parseJson(line) : undefined
    if (record === undefined || !isLine(record)) continue
    if (record.type === 'error') {
      const error = v.safeParse(ErrorLine, record)
      if (error.success) errors.push(...error.output.problems)
    }
    if (record.type !== 'result') continue
    const result = v.safeParse(ResultLine, record)
    if (result.success) {
      const { type: _, ...found } = result.output
      results.push(found)
    } else isBroken ??= notResult(result.issues[0])
  }
  if (isBroken !== undefined) return isBroken
  return results.length + errors.length === 0 ? 'holds no result of a build' : { results, errors }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isLine = (value: unknown): value is { readonly type: unknown } => has(value, 'type')

const has = (value: unknown, key: string): boolean => typeof value === 'object' && value !== null && key in value

function notResult(issue: v.BaseIssue<unknown>): string {
  const place = v.getDotPath(issue)
  const { received, expected, message } = issue
  const own = received === 'undefined' ? 'is missing' : `is ${received}, not ${expected}`
  return `holds no result of a build${place === null ? '' : `: ${place} ${message.startsWith('Invalid') ? own : message}`}`
}
