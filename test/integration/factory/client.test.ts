import { describe, expect, test } from 'vitest'
import { createFactoryClient, type FactoryClientOptions } from '../../../src/factory/client.ts'
import { testSandbox } from '../../support/sandbox.ts'
import { failureOf } from '../../unit/util/failure.ts'
import { answerJson, refusedPort, serveLoopback } from '../util/loopback-server.ts'

const client = (url: string, options: FactoryClientOptions = {}) =>
  createFactoryClient({ url, retries: 2, firstPauseMs: 0, ...options })

describe('against the emulated Factory', () => {
  test('submits, lists and probes', async () => {
    await using sandbox = await testSandbox({ machines: 'none' })
    const factory = client(`${sandbox.factoryUrl}//`)
    expect(factory.url).toBe(sandbox.factoryUrl)
    const { id, schematic } = await factory.submitSchematic('customization: {}\n')
    expect(id).toBe('376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba')
    expect(schematic).toBe('customization: {}\n')
    expect(await factory.readSchematic(id)).toBe('customization: {}\n')
    expect(await factory.versions()).toContain('v1.12.2')
    expect(await factory.extensions('v1.12.2')).toContain('siderolabs/iscsi-tools')
    const answer = await factory.probe(`${sandbox.factoryUrl}/image/${id}/v1.12.2/hcloud-amd64.raw.zst`)
    expect(answer).toMatchObject({ status: 200, message: '' })
    expect(answer.sizeBytes).toBeGreaterThan(1000)
  })

  test("gives the Factory's own words for what it does not have", async () => {
    await using sandbox = await testSandbox({ machines: 'none' })
    const factory = client(sandbox.factoryUrl)
    const { id } = await factory.submitSchematic('customization: {}\n')
    const probe = (path: string) => factory.probe(`${sandbox.factoryUrl}/image/${path}`)
    expect(await probe(`${'0'.repeat(64)}/v1.12.2/hcloud-amd64.raw.zst`)).toEqual({
      status: 404,
      sizeBytes: undefined,
      message: `404 schematic ID "${'0'.repeat(64)}" not found`,
    })
    expect((await probe(`${id}/v1.12.2/hcloud-riscv64.raw.zst`)).message).toContain('400 invalid profile path')
    expect((await probe(`${id}/v1.x/hcloud-amd64.raw.zst`)).message).toContain('500 error parsing version')
  })

  test("says that it does not have a schematic, and keeps what it has out of a log's sight", async () => {
    await using sandbox = await testSandbox({ machines: 'none' })
    const traced: unknown[] = []
    const factory = client(sandbox.factoryUrl, { trace: (_, details) => traced.push(details) })
    const { id } = await factory.submitSchematic('customization: {extraKernelArgs: [secret=1]}')
    expect(await factory.readSchematic(id)).toContain('secret=1')
    expect(JSON.stringify(traced)).not.toContain('secret=1')
    const error = await failureOf(factory.readSchematic('0'.repeat(64)))
    expect(error).toMatchObject({ code: 'factory', status: 404 })
    expect(error.message).toContain(`schematic ID "${'0'.repeat(64)}" not found`)
  })

  test('names the request of a refused schematic', async () => {
    await using sandbox = await testSandbox({ machines: 'none' })
    const error = await failureOf(client(sandbox.factoryUrl).submitSchematic('customisation: {}'))
    expect(error.code).toBe('factory')
    expect(error.message).toMatch(/answered 400 to POST .*\/schematics: invalid schematic: .*\(request [\w-]+\)$/s)
  })
})

describe('a Factory with a bad moment', () => {
  test.each([500, 502, 503, 429])('is asked again after %i', async (status) => {
    await using server = await serveLoopback((_, response, count) =>
      count < 3 ? response.writeHead(status).end('busy') : answerJson(response, 200, ['v1.12.2']),
    )
    expect(await client(server.url).versions()).toEqual(['v1.12.2'])
    expect(server.requests).toHaveLength(3)
  })

  test('is asked again after a reset, with the same text', async () => {
    const id = 'a'.repeat(64)
    await using server = await serveLoopback((_, response, count) =>
      count === 1 ? response.destroy() : answerJson(response, 201, { id }),
    )
    expect(await client(server.url).submitSchematic('owner: ä\n')).toEqual({ id, schematic: undefined })
    expect(server.requests.map(({ body }) => body)).toEqual(['owner: ä\n', 'owner: ä\n'])
    expect(server.requests[0]?.headers['content-type']).toBe('application/yaml')
  })

  test('is given up with its reason, cut to a length that can be read', async () => {
    await using server = await serveLoopback((_, response) => response.writeHead(503).end('x'.repeat(5000)))
    const error = await failureOf(client(server.url).versions())
    expect(error.message).toMatch(/answered 503 to GET .*: x{500}\.\.\.$/)
    expect(error.hint).toContain('try again later')
    expect(server.requests).toHaveLength(3)
  })

  test.each([400, 402, 404])('is not asked again after %i', async (status) => {
    await using server = await serveLoopback((_, response) => response.writeHead(status).end())
    const error = await failureOf(client(server.url).extensions('v1.12.2'))
    expect(error.message).toContain(
      `${status} to GET ${server.url}/version/v1.12.2/extensions/official: no reason given`,
    )
    expect(server.requests).toHaveLength(1)
  })
})

describe('a Factory that says nothing', () => {
  test('is asked for a list twice, and told of', async () => {
    await using server = await serveLoopback(() => undefined)
    const told: string[] = []
    const factory = client(server.url, {
      listTimeoutMs: 50,
      delayMs: 10,
      retries: 3,
      onDelay: (text) => told.push(text),
    })
    const error = await failureOf(factory.versions())
    expect(error).toMatchObject({ code: 'network' })
    expect(error.message).toBe(`no answer to GET ${server.url}/versions: it took longer than 0.05 s`)
    expect(server.requests).toHaveLength(2)
    expect(told).toEqual(['waiting for the Image Factory to answer GET /versions'])
  })
})

describe('a probe', () => {
  test('that takes long is told of in a line, with the ID of the schematic shortened', async () => {
    await using server = await serveLoopback((_, response) => void setTimeout(() => response.writeHead(200).end(), 100))
    const told: string[] = []
    const factory = client(server.url, { delayMs: 10, onDelay: (text) => told.push(text) })
    await factory.probe(`${server.url}/image/01234567${'f'.repeat(56)}/v1.12.2/hcloud-arm64.raw.zst`)
    expect(told).toEqual([
      'waiting for the Image Factory to answer HEAD /image/01234567.../v1.12.2/hcloud-arm64.raw.zst',
    ])
  })

  test('tells the reason, which only the answer to GET holds', async () => {
    await using server = await serveLoopback(({ method }, response) =>
      response.writeHead(500).end(method === 'GET' ? 'extension "x" is not there' : undefined),
    )
    expect(await client(server.url).probe(`${server.url}/image/x`)).toEqual({
      status: 500,
      sizeBytes: undefined,
      message: '500 extension "x" is not there',
    })
    expect(server.requests.map(({ method }) => method)).toEqual(['HEAD', 'HEAD', 'HEAD', 'GET'])
  })

  test.each([500, 404])('of %i keeps its status when the GET for the reason gets no answer', async (status) => {
    await using server = await serveLoopback(({ method }, response) =>
      method === 'GET' ? response.destroy() : response.writeHead(status).end(),
    )
    const answer = await client(server.url).probe(`${server.url}/image/x`)
    expect(answer.status).toBe(status)
    expect(answer.message).toContain(String(status))
  })

  test('does not read a disk that the GET for the reason brings after all', async () => {
    await using server = await serveLoopback(({ method }, response) => {
      if (method === 'GET') response.writeHead(200).write('a disk without end')
      else response.writeHead(500).end()
    })
    expect((await client(server.url).probe(`${server.url}/image/x`)).message).toBe('500 without a reason')
  })

  test('of an asset without a length leaves it open', async () => {
    await using server = await serveLoopback((_, response) =>
      response.writeHead(200, { 'transfer-encoding': 'chunked' }).end(),
    )
    expect(await client(server.url).probe(`${server.url}/x`)).toEqual({
      status: 200,
      sizeBytes: undefined,
      message: '',
    })
  })

  test('follows a redirect', async () => {
    await using server = await serveLoopback(({ path }, response) =>
      path === '/a'
        ? response.writeHead(302, { location: '/b' }).end()
        : response.writeHead(200, { 'content-length': '123' }).end(),
    )
    expect((await client(server.url).probe(`${server.url}/a`)).sizeBytes).toBe(123)
  })
})

describe('an answer that cannot be used', () => {
  test.each([
    ['no JSON', 'hello'],
    ['no ID', '{}'],
    ['a short ID', '{"id":"abc"}'],
    ['an ID that would escape from a path', `{"id":"../${'a'.repeat(61)}"}`],
  ])('to a schematic is refused: %s', async (_, body) => {
    await using server = await serveLoopback((__, response) => response.writeHead(201).end(body))
    const error = await failureOf(client(server.url).submitSchematic('customization: {}'))
    expect(error.code).toBe('factory')
    expect(error.message).toContain('not of the documented form')
  })

  test('that hangs in its middle ends at the deadline', async () => {
    await using server = await serveLoopback((_, response) => response.writeHead(200).write('["v1.12'))
    const error = await failureOf(client(server.url, { timeoutMs: 30, retries: 0 }).versions())
    expect(error.code).toBe('network')
    expect(error.message).toContain('it took longer than 0.03 s')
  })

  test('that breaks off in its middle is asked for again', async () => {
    await using server = await serveLoopback((_, response, count) => {
      if (count > 1) return answerJson(response, 200, ['v1.12.2'])
      response.writeHead(200, { 'content-length': '100' }).write('["v1.', () => response.destroy())
    })
    expect(await client(server.url).versions()).toEqual(['v1.12.2'])
  })

  test('no server listens', async () => {
    const error = await failureOf(client(`http://127.0.0.1:${await refusedPort()}`).versions())
    expect(error.code).toBe('network')
    expect(error.message).toContain('ECONNREFUSED')
    expect(error.hint).toContain('--factory-url')
  })
})

describe('an abort', () => {
  test.each(['before the answer', 'in its middle'])('ends at once, %s', async (when) => {
    const stop = new AbortController()
    const reason = new Error('stop it')
    await using server = await serveLoopback((_, response) => {
      if (when === 'before the answer') stop.abort(reason)
      else response.writeHead(200).write('["v1', () => setImmediate(() => stop.abort(reason)))
    })
    await expect(client(server.url).versions(stop.signal)).rejects.toBe(reason)
    expect(server.requests).toHaveLength(1)
  })
})
