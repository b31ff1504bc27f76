/** What HashiCorp's parser says about a text that is not valid HCL, made into positions and sentences. */

import type { Position } from '../position.ts'

/** One mistake in the syntax, with the parser's own words. */
export interface SyntaxMistake extends Position {
  readonly summary: string
  readonly detail: string
}

/** The name under which texts are given to the parser: nothing that could stand in a text or a message by chance. */
export const PARSED_NAME = '<hcl>'

const MISTAKE = /<hcl>:(\d+),(\d+)-[\d,]+: ([^;]*); ([\s\S]*?)(?= <hcl>:\d+,\d+-[\d,]+: |\]?\s*$)/g
const PREFIX = 'parse config: ['

/** A string that is not closed swallows what follows it, so all later mistakes of that text are guesswork. */
const MISLEADING = /string|template/i

/**
 * The mistakes in the parser's error message, in the order of the text, one a line.
 * Empty when the message is not about the syntax.
 */
export function toMistakes(message: string): SyntaxMistake[] {
  if (!message.startsWith(PREFIX)) return []
  const all = [...message.matchAll(MISTAKE)].map(([, line, column, summary = '', detail = '']) => ({
    line: Number(line),
    column: Number(column),
    summary,
    detail: detail.replace(/<hcl>:(\d+),[\d,-]+/g, 'line $1'),
  }))
  all.sort((a, b) => a.line - b.line)
  const [first] = all
  if (first !== undefined && MISLEADING.test(first.summary)) return [first]
  return all.filter((mistake, index) => all.findIndex(({ line }) => line === mistake.line) === index)
}
