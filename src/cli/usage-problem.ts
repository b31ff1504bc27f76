/** What commander says about a command line, as a problem like all others. */

import type { Problem } from '../errors.ts'

/** @param text commander's `error: WHAT`, and its `(Did you mean ...?)` on a line of its own */
export function toUsageProblem(text: string): Problem {
  const [what = '', hint] = text
    .trimEnd()
    .replace(/^error: /, '')
    .split('\n')
  return { code: 'usage', message: what, hint: hint?.replaceAll(/^\(|\)$/g, '') }
}

/** What is wrong when there is nothing but the name of the program, or of a group of commands. */
export const NO_COMMAND: Problem = { code: 'usage', message: 'no command was given' }
