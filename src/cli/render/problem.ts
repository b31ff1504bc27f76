/** Problems as people read them. */

import { formatOrigin, type Problem } from '../../errors.ts'
import { printable } from '../../util/printable.ts'
import { redact } from '../../util/redact.ts'

/** `error: file:line:column: what` and, on a line of its own, what to do. */
export function formatProblem(problem: Problem, kind: 'error' | 'warning'): string {
  const where = formatOrigin(problem.at)
  // Redacted first: a secret that is cut, or written otherwise, would not be known any more.
  const show = (text: string): string => printable(redact(text))
  const lines = [`${kind}: ${where === '' ? '' : `${show(where)}: `}${show(problem.message)}`]
  if (problem.hint !== undefined) lines.push(`  hint: ${show(problem.hint)}`)
  return `${lines.join('\n')}\n`
}

/** A warning that cannot be missed: set apart from everything around it. */
export function formatWarning(problem: Problem): string {
  const body = formatProblem(problem, 'warning').trimEnd().split('\n')
  return `\n${body.map((line) => `  ! ${line}`).join('\n')}\n\n`
}
