/** Answers that a rule gives in the place of a service. */

import { STATUS_CODES } from 'node:http'
import { ApiFault } from '../cloud/errors.ts'
import type { RequestRule } from './rule.ts'

type StatusRule<Service extends RequestRule['subject']> = Extract<
  RequestRule,
  { readonly subject: Service; readonly effect: 'status' }
>

/** The message of errors that a rule makes. */
export const SCRIPTED = 'a fault of the sandbox, as it was asked for'

/**
 * The code that the API's documentation has for a status; the commonest where it has several. Statuses that it does not
 * have come from something in front of the API, and get the code nearest to them.
 */
const CODES: Readonly<Record<number, string>> = {
  400: 'json_error',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'conflict',
  410: 'deprecated_api_endpoint',
  412: 'resource_unavailable',
  422: 'invalid_input',
  423: 'locked',
  429: 'rate_limit_exceeded',
  500: 'server_error',
  503: 'unavailable',
  504: 'timeout',
}

/** The cloud's way to say no. @param now milliseconds since the epoch */
export function refuseAsApi(rule: StatusRule<'api'>, now: number): Response {
  const { status, message = SCRIPTED, resetInMs } = rule
  const code = rule.code ?? CODES[status] ?? (status < 500 ? 'invalid_input' : 'server_error')
  const response = withoutError(rule) ?? new ApiFault(status, code, message).toResponse()
  if (resetInMs !== undefined) {
    response.headers.set('RateLimit-Remaining', '0')
    response.headers.set('RateLimit-Reset', String(Math.ceil((now + resetInMs) / 1000)))
  }
  return response
}

/** The Image Factory's way to say no. */
export function refuseAsFactory(rule: StatusRule<'factory'>): Response {
  const { status, message = SCRIPTED } = rule
  return withoutError(rule) ?? new Response(`${message}\n`, { status, headers: { 'Content-Type': PLAIN_TEXT } })
}

const PLAIN_TEXT = 'text/plain; charset=utf-8'

/** What a proxy in front of the service says, which knows nothing of its errors. */
function withoutError({ status, body }: Pick<StatusRule<'api'>, 'status' | 'body'>): Response | undefined {
  if (body === undefined) return undefined
  if (body === 'none') return new Response(null, { status })
  const title = `${status} ${STATUS_CODES[status] ?? 'Failure'}`
  const page = `<html>\n<head><title>${title}</title></head>\n<body><center><h1>${title}</h1></center></body>\n</html>\n`
  return new Response(page, { status, headers: { 'Content-Type': 'text/html' } })
}
