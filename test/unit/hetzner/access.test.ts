import { describe, expect, test } from 'vitest'
import { accessClient } from '../../../src/hetzner/resources/access.ts'
import { failOnErrors } from '../../../src/hetzner/transport/api-failure.ts'
import type { ApiRequest, ApiResponse } from '../../../src/hetzner/transport/transport.ts'
import { systemClock } from '../../../src/util/clock.ts'
import { apiError } from './fixture.ts'

type Answer = readonly [status: number, body: unknown]

const READ_ONLY: Answer = [401, apiError('token_readonly')]
const INVALID: Answer = [422, apiError('invalid_input')]
const NOT_FOUND: Answer = [404, apiError('not_found')]

/** An API that answers by method. */
function api(answers: Readonly<Record<string, Answer>>, headers: Readonly<Record<string, string>> = {}) {
  const requests: ApiRequest[] = []
  const send = async (request: ApiRequest): Promise<ApiResponse> => {
    requests.push(request)
    const [status, body] = answers[request.method] ?? [500, apiError('server_error')]
    return { status, body, headers: new Headers(headers) }
  }
  const clock = { ...systemClock, now: () => Date.parse('2026-08-01T12:00:10.500Z') }
  return { requests, access: accessClient(failOnErrors(send), clock) }
}

describe('whether a token may write', () => {
  test.each([
    ['the token is looked at first', { POST: READ_ONLY, PUT: READ_ONLY }, 'may only read'],
    ['the content of a POST is looked at first', { POST: INVALID, PUT: READ_ONLY }, 'may only read'],
    ['a right is missing', { POST: [403, apiError('forbidden')] }, 'may only read'],
    ['nothing is wrong with the token', { POST: INVALID, PUT: NOT_FOUND }, 'may write'],
    ['the API has a fault', { POST: [503, apiError('unavailable')] }, 'unclear'],
    ['the API has a fault then', { POST: INVALID, PUT: [500, apiError('server_error')] }, 'unclear'],
    ['the budget is used up', { POST: [429, apiError('rate_limit_exceeded')] }, 'unclear'],
    ['the token is unknown by now', { POST: [401, apiError('unauthorized')] }, 'unclear'],
  ] as const)('where %s', async (_, answers, verdict) => {
    expect(await api(answers).access.findWriteAccess()).toBe(verdict)
  })

  test('is found out by requests that cannot succeed', async () => {
    const { access, requests } = api({ POST: INVALID, PUT: NOT_FOUND })
    await access.findWriteAccess()
    expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /ssh_keys', 'PUT /ssh_keys/0'])
    expect(JSON.stringify(requests[0]?.body)).not.toMatch(/ssh-|ecdsa|AAAA/)
  })

  test('leaves nothing behind where an API takes everything', async () => {
    const { access, requests } = api({ POST: [201, { ssh_key: { id: 7 } }], DELETE: [204, undefined] })
    expect(await access.findWriteAccess()).toBe('may write')
    expect(requests.at(-1)).toMatchObject({ method: 'DELETE', path: '/ssh_keys/7' })
  })

  test('is no question when there is no network', async () => {
    const access = accessClient(() => Promise.reject(new TypeError('no network')), systemClock)
    await expect(access.findWriteAccess()).rejects.toThrow('no network')
  })
})

describe('what the API says beside its answers', () => {
  const GET: Answer = [200, { ssh_keys: [] }]

  test('is its budget and its time', async () => {
    const headers = { 'ratelimit-limit': '3600', 'ratelimit-remaining': '7', date: 'Sat, 01 Aug 2026 12:00:00 GMT' }
    expect(await api({ GET }, headers).access.look()).toEqual({
      rate: { limit: 3600, remaining: 7 },
      clockAheadMs: 10_000,
    })
  })

  test.each([{}, { 'ratelimit-limit': '3600', 'ratelimit-remaining': '', date: 'today' }])(
    'may be nothing: %j',
    async (headers) => {
      expect(await api({ GET }, headers).access.look()).toEqual({ rate: undefined, clockAheadMs: undefined })
    },
  )

  test('is not found out with an unknown token', async () => {
    await expect(api({ GET: [401, apiError('unauthorized')] }).access.look()).rejects.toMatchObject({ code: 'token' })
  })
})
