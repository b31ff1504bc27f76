/** Problems as people read them. */

import { formatOrigin, type Problem } from '../../errors.ts'
import { printable } from '../../util/printable.ts'
import { redact } from '../../util/redact.ts'
import { asCalled } from '../invocation.ts'
import { foldHanging, foldWords } from './fold.ts'
import { NO_PAINT, type Paint, type Style } from './paint.ts'

/** Of the lines that go on. */
const INDENT = 2

/** `error: file:line:column: what` and, on a line of its own, what to do. @param width of the terminal */
export function formatProblem(
  problem: Problem,
  kind: 'error' | 'warning',
  paint: Paint = NO_PAINT,
  width = Number.POSITIVE_INFINITY,
): string {
  const where = formatOrigin(problem.at)
  // Redacted first: a secret that is cut, or written otherwise, would not be known any more.
  const show = (text: string): string => printable(redact(text))
  const style = kind === 'error' ? 'bad' : 'warning'
  // Folded first, painted last, since paint has no width.
  const paragraph = (title: string, text: string, titleStyle: Style): string => {
    const folded = foldHanging(`${title} ${text}`, width, ' '.repeat(INDENT + title.search(/\S/)))
    return folded.replace(title.trimStart(), (word) => paint(titleStyle, word))
  }
  const lines = [
    paragraph(`${kind}:`, `${where === '' ? '' : `${show(where)}: `}${show(asCalled(problem.message))}`, style),
  ]
  const indent = ' '.repeat(2 * INDENT)
  for (const [index, { text, isCommand }] of splitHint(show(problem.hint ?? '')).entries()) {
    if (isCommand) lines.push(indent + text)
    else lines.push(index === 0 ? paragraph('  hint:', text, 'accent') : foldHanging(indent + text, width, indent))
  }
  return `${lines.join('\n')}\n`
}

interface HintPart {
  readonly text: string
  readonly isCommand: boolean
}

/** A hint in parts, of which each command that stands behind a colon, as in "see what there is: `...`", is one of its own. */
export function splitHint(hint: string): readonly HintPart[] {
  return asCalled(hint)
    .split(/(?<=:) (`[^`]+`)(?:; |$)/)
    .filter((text) => text !== '')
    .map((text) => {
      const [, command] = /^`([^`]+)`$/.exec(text) ?? []
      return { text: command ?? text, isCommand: command !== undefined }
    })
}

/** A sentence of a result, with each command that stands behind a colon on a line of its own. @param width of the terminal */
export function formatAdvice(text: string, width = Number.POSITIVE_INFINITY): string {
  const lines = splitHint(text).flatMap(({ text: part, isCommand }) =>
    isCommand ? [`  ${part}`] : foldWords(part, width),
  )
  return `${lines.join('\n')}\n`
}

/** A warning that cannot be missed: set apart from everything around it. */
export function formatWarning(problem: Problem, paint: Paint = NO_PAINT, width = Number.POSITIVE_INFINITY): string {
  const body = formatProblem(problem, 'warning', paint, width - 4)
    .trimEnd()
    .split('\n')
  return `\n${body.map((line) => `  ! ${line}`).join('\n')}\n\n`
}
