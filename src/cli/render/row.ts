/** A name and what belongs to it, as in a list of properties. */

import { oneLine } from './event-line.ts'
import { foldWords } from './fold.ts'

/** Where values begin. */
const VALUE_COLUMN = 14

/** The name, and the value beside it; a value that is too wide goes on below itself. @param indent of the name */
export function formatRow(name: string, value: string, width: number, indent = ''): string[] {
  const [first = '', ...rest] = foldWords(oneLine(value), Math.max(1, width - VALUE_COLUMN))
  const head = `${indent}${name}`.padEnd(VALUE_COLUMN)
  return [`${head}${first}`, ...rest.map((line) => ' '.repeat(VALUE_COLUMN) + line)]
}
