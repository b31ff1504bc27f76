/** Problems as people read them. */

import { formatOrigin, type Problem } from '../../errors.ts'
import { printable } from '../../util/printable.ts'
import { redact } from '../../util/redact.ts'
import { NO_PAINT, type Paint } from './paint.ts'

/** `error: file:line:column: what` and, on a line of its own, what to do. */
export function formatProblem(problem: Problem, kind: 'error' | 'warning', paint: Paint = NO_PAINT): string {
  const where = formatOrigin(problem.at)
  // Redacted first: a secret that is cut, or written otherwise, would not be known any more.
  const show = (text: string): string => printable(redact(text))
  const title = paint(kind === 'error' ? 'bad' : 'warning', `${kind}:`)
  const lines = [`${title} ${where === '' ? '' : `${show(where)}: `}${show(problem.message)}`]
  if (problem.hint !== undefined) lines.push(`  ${paint('accent', 'hint:')} ${show(problem.hint)}`)
  return `${lines.join('\n')}\n`
}

/** A warning that cannot be missed: set apart from everything around it. */
export function formatWarning(problem: Problem, paint: Paint = NO_PAINT): string {
  const body = formatProblem(problem, 'warning', paint).trimEnd().split('\n')
  return `\n${body.map((line) => `  ! ${line}`).join('\n')}\n\n`
}
