/** Error responses of the API as errors that a user can act on. */

import * as v from 'valibot'
import { type ErrorCode, TalosImageError } from '../../errors.ts'
import { ApiError } from '../wire.ts'
import type { ApiRequest, Send } from './transport.ts'

/** An error response of the API. `apiCode` is its error code, `status` the HTTP status, `path` that of the request. */
export class ApiFailure extends TalosImageError {
  readonly status: number
  readonly apiCode: string
  readonly path: string

  constructor(request: ApiRequest, status: number, apiCode: string, message: string, tokenName = 'HCLOUD_TOKEN') {
    super({
      code: toErrorCode(status, apiCode, message),
      message: `Hetzner Cloud answered ${status} ${apiCode} to ${request.method} ${request.path}: ${message}`,
      hint: toHint(request, status, apiCode, tokenName),
    })
    this.status = status
    this.apiCode = apiCode
    this.path = request.path
  }
}

/** Whether an error is an error response of the API, with one of these codes if any are given. */
export function isApiFailure(error: unknown, ...apiCodes: string[]): error is ApiFailure {
  return error instanceof ApiFailure && (apiCodes.length === 0 || apiCodes.includes(error.apiCode))
}

/** Turns every response of 400 and above into an {@link ApiFailure}. @param tokenName the variable that holds the token */
export function failOnErrors(next: Send, tokenName?: string): Send {
  return async (request) => {
    const response = await next(request)
    if (response.status < 400) return response
    const parsed = v.safeParse(ApiError, response.body)
    const { code, message, details } = parsed.success
      ? parsed.output.error
      : { code: defaultCode(response.status), message: 'the answer carries no error document', details: undefined }
    throw new ApiFailure(request, response.status, code, withDetails(message, details), tokenName)
  }
}

const Fields = v.object({
  fields: v.array(v.object({ name: v.string(), messages: v.optional(v.array(v.string()), []) })),
})
const Limits = v.object({ limits: v.array(v.object({ name: v.string() })) })

/** The message with the fields or limits that the error details name. */
function withDetails(message: string, details: unknown): string {
  if (v.is(Limits, details)) return [message, ...details.limits.map(({ name }) => `(${name})`)].join(' ')
  const fields = v.safeParse(Fields, details)
  if (!fields.success || fields.output.fields.length === 0) return message
  const told = fields.output.fields.map(({ name, messages }) => [name, messages.join(', ')].filter((one) => one !== ''))
  return `${message} (${told.map((parts) => parts.join(': ')).join('; ')})`
}

function defaultCode(status: number): string {
  const codes: Record<number, string> = {
    429: 'rate_limit_exceeded',
    502: 'bad_gateway',
    503: 'unavailable',
    504: 'timeout',
  }
  return codes[status] ?? (status >= 500 ? 'server_error' : 'unknown')
}

/** 422 `invalid_input`: for a while, catalogue and placement can disagree about where a type is offered. */
const NOT_OFFERED = /unsupported location for server type/i

function toErrorCode(status: number, apiCode: string, message: string): ErrorCode {
  if (apiCode === 'unauthorized' || apiCode === 'token_readonly' || status === 401) return 'token'
  if (apiCode === 'resource_unavailable' || apiCode === 'placement_error' || NOT_OFFERED.test(message)) return 'stock'
  if (apiCode === 'resource_limit_exceeded') return 'limit'
  if (status === 404) return 'not-found'
  return 'api'
}

/** What to do about a fault that only Hetzner can mend. */
export const OUTAGE = 'a fault on the side of Hetzner Cloud: try again later (https://status.hetzner.com)'

function toHint({ path }: ApiRequest, status: number, apiCode: string, tokenName: string): string | undefined {
  if (apiCode === 'token_readonly') {
    return 'the token may only read: create one with "Read & Write" in the Hetzner Console (Security, API tokens)'
  }
  if (status === 401) {
    return `the token was refused: check ${tokenName}; tokens are made in the Hetzner Console (Security, API tokens)`
  }
  if (apiCode === 'resource_limit_exceeded') {
    const remedy = path.endsWith('/create_image')
      ? 'see which old snapshots can go: `talos-image prune --keep 1`'
      : 'delete servers or primary IPs that are not needed'
    return `the project is at one of its limits: ${remedy}, or ask Hetzner for a higher limit (Console, Limits)`
  }
  if (apiCode === 'maintenance' || apiCode === 'service_error' || status >= 500) return OUTAGE
  return undefined
}
