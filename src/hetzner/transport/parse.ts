/** The start of the chain: answers become typed values, or an error that says what was unexpected. */

import * as v from 'valibot'
import { TalosImageError } from '../../errors.ts'
import type { Call, Send } from './transport.ts'

/** The library quotes what it got, however long it is. */
const shorten = (text: string): string => (text.length > 300 ? `${text.slice(0, 300)}...` : text)

/** @throws TalosImageError `api` when the answer is not of the documented form */
export function parseResponses(send: Send): Call {
  return async (request, schema) => {
    const { body } = await send(request)
    const parsed = v.safeParse(schema, body)
    if (parsed.success) return parsed.output
    const issue = parsed.issues[0]
    throw new TalosImageError({
      code: 'api',
      message: `Hetzner Cloud's answer to ${request.method} ${request.path} is not of the documented form: ${v.getDotPath(issue) ?? 'the body'}: ${shorten(issue.message)}`,
      hint: 'a newer version of talos-image may know the new form',
    })
  }
}
