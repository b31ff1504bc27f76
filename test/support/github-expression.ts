/** Expressions of GitHub Actions, evaluated by GitHub's own package. */

import { data, Evaluator, Lexer, Parser } from '@actions/expressions'

/** `inputs`, `steps`, `matrix` and so on, with what is in them. */
export type Contexts = Readonly<Record<string, unknown>>

export type JobStatus = 'success' | 'failure' | 'cancelled'

/** A value of a workflow in which every `${{ ... }}` is replaced; one that is nothing else may be an object, too. */
export function fill(value: unknown, contexts: Contexts): unknown {
  if (typeof value !== 'string') return value
  const [, only] = /^\$\{\{((?:(?!\}\}).)*)\}\}$/s.exec(value.trim()) ?? []
  if (only !== undefined) return evaluate(only, contexts)
  return value.replaceAll(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => toText(evaluate(expression, contexts)))
}

/** What an `if:` says; without a function that asks for the status, only as long as all went well. */
export function holds(condition: unknown, contexts: Contexts, status: JobStatus): boolean {
  const text = condition === undefined ? 'success()' : String(condition)
  const asks = /\b(success|failure|cancelled|always)\(\)/.test(text)
  return Boolean(evaluate(asks ? text : `success() && (${text})`, contexts, status))
}

/** As the runner writes a value into an environment variable or an input. */
export function toText(value: unknown): string {
  return value === null || value === undefined ? '' : String(value)
}

function evaluate(expression: string, contexts: Contexts, status: JobStatus = 'success'): unknown {
  const answers = {
    success: status === 'success',
    failure: status === 'failure',
    cancelled: status === 'cancelled',
    always: true,
  }
  const functions = Object.entries(answers).map(([name, answer]) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(answer),
  }))
  const { tokens } = new Lexer(expression.trim()).lex()
  const parsed = new Parser(tokens, Object.keys(contexts), functions).parse()
  const dictionary = new data.Dictionary(
    ...Object.entries(contexts).map(([key, value]) => ({
      key,
      value: JSON.parse(JSON.stringify(value), data.reviver),
    })),
  )
  const result = new Evaluator(parsed, dictionary, new Map(functions.map((one) => [one.name, one]))).evaluate()
  return JSON.parse(JSON.stringify(result, data.replacer))
}
