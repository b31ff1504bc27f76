/** Lets the caller of the sandbox answer in the place of an emulated service. */

import type { Context, Next } from 'hono'

/**
 * Asks for an answer first, and lets the service answer when there is none. `ask` gets a function that makes the
 * service do the work, once however often it is called: a fault can let it happen and still lose the answer.
 */
export async function intercept(
  context: Context,
  next: Next,
  ask: (answer: () => Promise<Response>) => Response | undefined | Promise<Response | undefined>,
): Promise<void> {
  let work: Promise<Response> | undefined
  const given = await ask(() => {
    work ??= next().then(() => context.res)
    return work
  })
  if (given !== undefined && given !== context.res) {
    // Setting a response over another one would keep the headers of the first.
    context.res = undefined
    context.res = given
  } else if (work === undefined) await next()
}
