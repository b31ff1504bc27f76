/** Reads rules from files and flags. */

import { SandboxError, type SandboxProblem, throwProblems } from '../errors.ts'
import { type Reading, readRule } from './read-rule.ts'
import type { FaultRule } from './rule.ts'
import { columnAt, type Mistake, splitWords } from './words.ts'

const FLAG = '--fault'

/**
 * The rules of a file: one a line; what follows a `#` is a comment.
 * @param path as users know it, for the problems
 * @throws SandboxError `usage` with everything that is wrong in the whole file, each at its line and column
 */
export function parseFaultFile(path: string, text: string): FaultRule[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const readings = lines.map((line, index) => ({ line, number: index + 1, reading: readLine(line, true) }))
  throwProblems(
    readings.flatMap(({ line, number, reading }) =>
      (reading?.mistakes ?? []).map(({ offset, message, hint }): SandboxProblem => {
        const at = { kind: 'file', file: path, line: number, column: columnAt(line, offset) } as const
        return { code: 'usage', message, at, hint }
      }),
    ),
  )
  return readings.flatMap(({ reading }) => (reading === undefined || reading.mistakes ? [] : [reading.rule]))
}

/**
 * The rule of one `--fault` flag.
 * @throws SandboxError `usage` with everything that is wrong with it; the messages tell the column
 */
export function parseFaultFlag(text: string): FaultRule {
  const hint = `write a rule such as: ${FLAG} 'api DELETE /servers/* 500 times=2'`
  const reading = readLine(text, false) ?? { mistakes: [{ offset: 0, message: 'there is no rule', hint }] }
  if (reading.mistakes === undefined) return reading.rule
  const toProblem = (mistake: Mistake): SandboxProblem => ({
    code: 'usage',
    message: `${mistake.message} (column ${columnAt(text, mistake.offset)} of '${text}')`,
    at: { kind: 'flag', name: FLAG },
    hint: mistake.hint,
  })
  throw new SandboxError(reading.mistakes.map(toProblem))
}

/** @returns undefined for a line without a rule */
function readLine(line: string, comments: boolean): Reading | undefined {
  const { words, end, mistake } = splitWords(line, comments)
  if (mistake !== undefined) return { mistakes: [mistake] }
  const [first, ...rest] = words
  return first === undefined ? undefined : readRule([first, ...rest], end)
}
