/** Whether a problem stands where it says. */

import type { Problem } from '../../../src/errors.ts'

/** @throws Error when a problem names a file that is not there, or a line or a column that the file does not have */
export function checkPositions(problems: readonly Problem[], files: Readonly<Record<string, string>>): void {
  for (const { at, message } of problems) {
    if (at?.kind !== 'file') continue
    const text = files[at.file]
    const place = `${at.file}:${at.line}:${at.column}: ${message.slice(0, 200)}`
    if (text === undefined) throw new Error(`no such file: ${place}`)
    if (at.line === undefined) continue
    const line = text.split('\n')[at.line - 1]
    if (line === undefined) throw new Error(`no such line of ${text.split('\n').length}: ${place}`)
    // Behind the last character is where something is missing.
    if (at.column !== undefined && (at.column < 1 || at.column > line.length + 1)) {
      throw new Error(`no such column of ${line.length + 1}: ${place}`)
    }
  }
}
