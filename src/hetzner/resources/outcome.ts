/** What becomes of requests whose outcome the state of the project tells. */

import { isApiFailure } from '../transport/api-failure.ts'
import { mayHaveTakenEffect } from '../transport/retry.ts'

/**
 * Creates something with a unique name. When the name is taken, or when it is unknown whether a try took effect, what has
 * that name is adopted, so that there is never a second one.
 * @throws the error of `create` when nothing has that name
 */
export async function createOrAdopt<Created, Found>(
  create: () => Promise<Created>,
  find: () => Promise<Found | undefined>,
): Promise<Created | Found> {
  try {
    return await create()
  } catch (error) {
    if (!mayHaveTakenEffect(error) && !isApiFailure(error, 'uniqueness_error')) throw error
    // An error of the look-up, such as an abort, must not hide that the thing may exist.
    const found = await find().catch(() => undefined)
    if (found === undefined) throw error
    return found
  }
}

/** The result of a deletion; undefined when there was nothing to delete. */
export async function unlessNotFound<Result>(deletion: Promise<Result>): Promise<Result | undefined> {
  try {
    return await deletion
  } catch (error) {
    if (isApiFailure(error, 'not_found')) return undefined
    throw error
  }
}

/** Whether there was something to delete. */
export async function wasFound(deletion: Promise<unknown>): Promise<boolean> {
  return (await unlessNotFound(deletion.then(() => true))) ?? false
}
