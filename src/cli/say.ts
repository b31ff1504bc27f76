/** Saying what goes on, to people. */

import type { Io } from './io.ts'
import { foldLines } from './render/fold.ts'

/** A line on standard error, folded where a terminal would break a word. */
export function say(io: Io, text: string): void {
  io.err(`${foldLines(text, io.errColumns())}\n`)
}
