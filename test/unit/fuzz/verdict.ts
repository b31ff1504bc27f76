/** What may become of wrong input: a value, or an error that a user can read, and that gives nothing away. */

import { formatProblem } from '../../../src/cli/render/problem.ts'
import { type Problem, TalosImageError, toTalosImageError } from '../../../src/errors.ts'
import { registerSecret } from '../../../src/util/redact.ts'
import { SECRETS } from './mutate.ts'

registerSecret(SECRETS.token)

/** The most that should be printed to a terminal or a log. */
const LONGEST_MESSAGE = 16 * 1024

/**
 * Runs the work, which gives a value or throws what users can act on.
 * @returns the problems; none when there was a value
 * @throws Error when it threw anything else, or when the error is not fit to be shown
 */
export async function problemsOf(work: () => unknown): Promise<readonly Problem[]> {
  try {
    await work()
    return []
  } catch (thrown) {
    const error = toTalosImageError(thrown)
    if (!(error instanceof TalosImageError)) {
      throw new Error(`no error for users: ${error instanceof Error ? error.stack : String(error)}`, { cause: error })
    }
    for (const problem of error.problems) checkProblem(problem)
    return error.problems
  }
}

/** As it is printed: short, without secrets, and without anything that a terminal obeys. */
function checkProblem(problem: Problem): void {
  const shown = formatProblem(problem, 'error')
  const start = JSON.stringify(shown.slice(0, 300))
  if (problem.message === '') throw new Error('an error without a word')
  if (shown.includes(SECRETS.token)) throw new Error(`the token is shown: ${start}`)
  if (/-----BEGIN OPENSSH PRIVATE KEY-----[\s\S]*-----END OPENSSH PRIVATE KEY-----/.test(shown))
    throw new Error(`a private key is shown: ${start}`)
  if (shown.length > LONGEST_MESSAGE) throw new Error(`a message of ${shown.length} characters: ${start}`)
  const obeyed = /[^\P{Cc}\n\t]/u.exec(shown)
  if (obeyed !== null) throw new Error(`a message with ${JSON.stringify(obeyed[0])} in it: ${start}`)
}
