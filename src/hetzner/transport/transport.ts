/** The types of the transport chain, and its first link, which parses responses. */

import * as v from 'valibot'
import { TalosImageError } from '../../errors.ts'
import type { ResponseHeaders } from '../../util/fetch.ts'

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Relative to the endpoint, with a leading slash. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | readonly (string | number)[] | undefined>>
  readonly body?: unknown
  readonly signal?: AbortSignal | undefined
  /**
   * Whether a POST may be sent again when it is unknown if it took effect. GET, PUT and DELETE always may.
   */
  readonly repeatable?: boolean
  /**
   * Whether the caller tries something else when the API refuses for a reason that passes (`maintenance`,
   * `service_error`), so that such a refusal is not repeated here.
   */
  readonly hasAlternative?: boolean
  /**
   * Whether to wait for the response even when the signal aborts, as for requests that create or publish something. An
   * aborted signal still prevents the request from being sent, and sent again.
   */
  readonly mustFinish?: boolean
  /** Whether the request belongs to clean-up, which may use the reserve of the rate limit. */
  readonly urgent?: boolean
}

/** The options of a resource's functions. */
export type RequestOptions = Pick<ApiRequest, 'signal' | 'mustFinish' | 'urgent'>

export interface ApiResponse {
  readonly status: number
  readonly headers: ResponseHeaders
  /** The parsed JSON body; undefined when there is none. */
  readonly body: unknown
}

export type Send = (request: ApiRequest) => Promise<ApiResponse>

/** Sends a request and parses the response. */
export interface Call {
  <Schema extends v.GenericSchema>(request: ApiRequest, schema: Schema): Promise<v.InferOutput<Schema>>
  /** Is told of an entry of a list that cannot be read. */
  readonly onUnreadable?: (text: string) => void
}

/** valibot quotes the value that it was given, however long it is. */
const shorten = (text: string): string => (text.length > 300 ? `${text.slice(0, 300)}...` : text)

/**
 * Parses the body of each response with the caller's schema.
 * @throws TalosImageError `api` when the answer is not of the documented form
 */
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
