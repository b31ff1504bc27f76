import { describe, expect, test } from 'vitest'
import { createHetznerClient, type HetznerClientOptions } from '../../../src/hetzner/client.ts'
import { ApiFailure, isApiFailure } from '../../../src/hetzner/transport/api-failure.ts'
import { apiError, FAST, LOCATION, PRICING } from '../../unit/hetzner/fixture.ts'
import { failureOf } from '../../unit/util/failure.ts'
import { answerJson, refusedPort, serveLoopback } from '../util/loopback-server.ts'

const TOKEN = 'a'.repeat(64)
const client = (endpoint: string, options: Partial<HetznerClientOptions> = {}) =>
  createHetznerClient({ token: TOKEN, endpoint, retry: FAST, ...options })

describe('a request', () => {
  test('carries token and user agent, and a JSON body with its type', async () => {
    await using server = await serveLoopback((_, response) => answerJson(response, 422, apiError('invalid_input')))
    const { sshKeys } = client(`${server.url}/v1//`, { userAgent: 'talos-image/test' })
    await failureOf(sshKeys.create({ name: 'k', publicKey: 'ssh-ed25519 A', labels: { a: 'b' } }))
    const [request] = server.requests
    expect(request?.method).toBe('POST')
    expect(request?.path).toBe('/v1/ssh_keys')
    expect(request?.headers).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      'user-agent': 'talos-image/test',
      'content-type': 'application/json',
    })
    expect(JSON.parse(request?.body ?? '')).toEqual({ name: 'k', public_key: 'ssh-ed25519 A', labels: { a: 'b' } })
  })

  test('leaves out query parameters without a value and repeats those with several', async () => {
    await using server = await serveLoopback((_, response) => answerJson(response, 200, { images: [] }))
    await client(server.url).images.listSnapshots({})
    expect(server.requests[0]?.path).toBe('/images?type=snapshot&sort=created%3Adesc&page=1&per_page=50')
  })

  test.each(['with\nnewline', 'zero\u200bwidth', 'umläut', 'two words'])(
    'is never made with the token %j',
    async (token) => {
      await using server = await serveLoopback((_, response) => answerJson(response, 200, { pricing: PRICING }))
      const make = async () => createHetznerClient({ token, endpoint: server.url, retry: FAST }).catalogue.pricing()
      const error = await failureOf(make())
      expect(error.code).toBe('token')
      expect(error.hint).toContain('HCLOUD_TOKEN')
      expect(error.message).not.toContain(token)
      expect(server.requests).toHaveLength(0)
    },
  )
})

describe('an error answer', () => {
  test('names the fields that are wrong', async () => {
    const details = {
      fields: [
        { name: 'server_type', messages: ['unknown', 'retired'] },
        { name: 'image', messages: [] },
        { name: 'x' },
      ],
    }
    await using server = await serveLoopback((_, response) =>
      answerJson(response, 422, { error: { code: 'invalid_input', message: 'invalid input', details } }),
    )
    const error = await failureOf(client(server.url).images.get(7))
    expect(error.message).toBe(
      'Hetzner Cloud answered 422 invalid_input to GET /images/7: invalid input (server_type: unknown, retired; image; x)',
    )
    expect(error.code).toBe('api')
    expect(isApiFailure(error)).toBe(true)
    expect(isApiFailure(error, 'conflict', 'invalid_input')).toBe(true)
    expect(isApiFailure(error, 'conflict')).toBe(false)
  })

  test.each([
    [401, 'unauthorized', 'token', 'HCLOUD_TOKEN'],
    [401, 'token_readonly', 'token', 'Read & Write'],
    [403, 'token_readonly', 'token', 'Read & Write'],
    [403, 'resource_limit_exceeded', 'limit', 'Limits'],
    [404, 'not_found', 'not-found', undefined],
    [412, 'resource_unavailable', 'stock', undefined],
    [422, 'placement_error', 'stock', undefined],
    [403, 'forbidden', 'api', undefined],
    [500, 'server_error', 'api', 'try again later'],
  ])('%i %s is of the kind %s and says what to do', async (status, apiCode, code, hint) => {
    await using server = await serveLoopback((_, response) => answerJson(response, status, apiError(apiCode)))
    const error = await failureOf(client(server.url, { retry: { ...FAST, retries: 0 } }).images.get(1))
    expect(error).toBeInstanceOf(ApiFailure)
    expect(error.code).toBe(code)
    if (hint === undefined) expect(error.hint).toBeUndefined()
    else expect(error.hint).toContain(hint)
  })

  test.each([
    [502, 'bad_gateway'],
    [503, 'unavailable'],
    [504, 'timeout'],
    [520, 'server_error'],
    [418, 'unknown'],
  ])('%i with a page of a proxy keeps its status', async (status, apiCode) => {
    await using server = await serveLoopback((_, response) => response.writeHead(status).end('<html>sorry</html>'))
    const error = await failureOf(client(server.url, { retry: { ...FAST, retries: 0 } }).images.get(1))
    expect(error.message).toContain(`${status} ${apiCode}`)
    expect(error.message).toContain('no error document')
  })
})

describe('an answer that cannot be used', () => {
  test('that is not JSON is a fault of the network, and says so', async () => {
    await using server = await serveLoopback((_, response) => response.writeHead(200).end('<html>log in</html>'))
    const error = await failureOf(client(server.url).images.get(1))
    expect(error.code).toBe('network')
    expect(error.message).toContain('the answer is not JSON')
    expect(error.hint).toContain('HCLOUD_ENDPOINT')
  })

  test('that has another form names the place', async () => {
    await using server = await serveLoopback((_, response) =>
      answerJson(response, 200, { locations: { fsn1: LOCATION } }),
    )
    const error = await failureOf(client(server.url).catalogue.locations())
    expect(error.code).toBe('api')
    expect(error.message).toContain('GET /locations')
    expect(error.message).toContain('entries: ')
    expect(server.requests).toHaveLength(1)
  })

  test('that leads elsewhere is not followed, since the token would go along', async () => {
    await using other = await serveLoopback((_, response) => answerJson(response, 200, { pricing: PRICING }))
    await using server = await serveLoopback((_, response) =>
      response.writeHead(302, { location: `${other.url}/pricing` }).end(),
    )
    expect((await failureOf(client(server.url).catalogue.pricing())).code).toBe('network')
    expect(other.requests).toHaveLength(0)
  })

  test('no server listens: the message names the reason and not the token', async () => {
    const error = await failureOf(client(`http://127.0.0.1:${await refusedPort()}`).catalogue.pricing())
    expect(error.code).toBe('network')
    expect(error.message).toContain('ECONNREFUSED')
    expect(error.message).not.toContain(TOKEN)
  })
})

describe('waiting for an answer', () => {
  test('ends at the deadline', async () => {
    await using server = await serveLoopback(() => undefined)
    const impatient = client(server.url, { timeoutMs: 400, retry: { ...FAST, retries: 1 } })
    const error = await failureOf(impatient.catalogue.pricing())
    expect(error.code).toBe('network')
    expect(error.message).toContain('it took longer than 0.4 s')
    expect(server.requests).toHaveLength(2)
  })

  test('ends at the deadline when the body hangs', async () => {
    await using server = await serveLoopback((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"pricing":')
    })
    const impatient = client(server.url, { timeoutMs: 30, retry: { ...FAST, retries: 0 } })
    expect((await failureOf(impatient.catalogue.pricing())).message).toContain('it took longer than')
  })

  test('ends at once with the reason of the abort, and nothing is sent again', async () => {
    const stop = new AbortController()
    const reason = new Error('stop it')
    await using server = await serveLoopback(() => stop.abort(reason))
    await expect(client(server.url).catalogue.pricing({ signal: stop.signal })).rejects.toBe(reason)
    await expect(client(server.url).catalogue.pricing({ signal: stop.signal })).rejects.toBe(reason)
    expect(server.requests).toHaveLength(1)
  })

  test('ends at once while it pauses before another try', async () => {
    const stop = new AbortController()
    const reason = new Error('stop it')
    await using server = await serveLoopback((_, response) => {
      response.on('close', () => setImmediate(() => stop.abort(reason)))
      answerJson(response, 503, apiError('unavailable'))
    })
    const patient = client(server.url, { retry: { retries: 3, firstPauseMs: 60_000, longestPauseMs: 60_000 } })
    await expect(patient.catalogue.pricing({ signal: stop.signal })).rejects.toBe(reason)
    expect(server.requests).toHaveLength(1)
  })
})
