/** What `talos-image doctor` found, as people read it. */

import type { Check, CheckStatus } from '../../report/doctor.ts'
import { printable } from '../../util/printable.ts'
import { redact } from '../../util/redact.ts'
import { foldLines, foldWords } from './fold.ts'
import { splitHint } from './problem.ts'

const SHOWN: Readonly<Record<CheckStatus, string>> = { ok: 'ok', warning: 'WARNING', failed: 'FAILED', skipped: '-' }
const STATUS_WIDTH = 9
/** Longer lines are hard to read, however wide the terminal is. */
const WIDEST = 100
const NARROWEST = 24

/**
 * A line or more a check, remedies below them, and a word on all of it.
 * @param columns how wide a line may be; infinite when that is not known
 */
export function formatChecks(checks: readonly Check[], columns: number): string {
  const nameWidth = Math.max(...checks.map(({ name }) => name.length)) + 2
  const indent = STATUS_WIDTH + nameWidth
  const width = Math.max(NARROWEST, Math.min(columns, WIDEST) - indent)
  const lines = checks.flatMap(({ name, status, message, hint }) => {
    // Redacted first: a secret that is cut would not be known any more.
    const show = (text: string): string[] => foldWords(printable(redact(text)), width)
    const advice = splitHint(hint === undefined ? '' : `-> ${hint}`)
    const body = [
      ...show(message),
      ...advice.flatMap(({ text, isCommand }) => (isCommand ? [`   ${text}`] : show(text))),
    ]
    const head = SHOWN[status].padEnd(STATUS_WIDTH) + name.padEnd(nameWidth)
    return body.map((line, index) => `${index === 0 ? head : ' '.repeat(indent)}${line}`)
  })
  return `${lines.join('\n')}\n\n${foldLines(summarize(checks), columns)}\n`
}

function summarize(checks: readonly Check[]): string {
  const count = (wanted: CheckStatus): number => checks.filter(({ status }) => status === wanted).length
  const [failed, warnings] = [count('failed'), count('warning')]
  if (failed > 0) return `${failed} failed: a build would not work. ${toDo(warnings)}`.trimEnd()
  return warnings === 0 ? 'Everything is ready.' : `Ready. ${toDo(warnings)}`
}

const toDo = (warnings: number): string =>
  warnings === 0
    ? ''
    : `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}, which ${warnings === 1 ? 'stops' : 'stop'} nothing.`
