/** Looking at what a promise was rejected with. */

import { TalosImageError } from '../../../src/errors.ts'

/** The error that users see; anything else fails the test. */
export async function failureOf(work: Promise<unknown>): Promise<TalosImageError> {
  const error = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  )
  if (error instanceof TalosImageError) return error
  throw new Error(`not an error for users: ${error}`, { cause: error })
}
