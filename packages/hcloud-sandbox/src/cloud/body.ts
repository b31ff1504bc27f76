/** Reads the JSON body of a request. */

import type { Context } from 'hono'
import * as v from 'valibot'
import { ApiFault, type FieldProblem, invalidFields } from './errors.ts'

/**
 * The body as the schema gives it; an empty body counts as `{}`.
 * @throws ApiFault 400 `json_error` when it is not JSON, 422 `invalid_input` when it does not fit the schema
 */
export async function readBody<T>(context: Context, schema: v.GenericSchema<unknown, T>): Promise<T> {
  const text = await context.req.text()
  const result = v.safeParse(schema, parseJson(text.trim() === '' ? '{}' : text))
  if (result.success) return result.output
  throw invalidFields(toFields(result.issues))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ApiFault(400, 'json_error', 'Invalid JSON body.')
  }
}

function toFields(issues: readonly v.BaseIssue<unknown>[]): FieldProblem[] {
  const fields = new Map<string, string[]>()
  for (const issue of issues) {
    const name = v.getDotPath(issue) ?? '_schema'
    const message = issue.received === 'undefined' ? 'Missing data for required field.' : issue.message
    fields.set(name, [...(fields.get(name) ?? []), message])
  }
  return [...fields].map(([name, messages]) => ({ name, messages }))
}
