import { describe, expect, test } from 'vitest'
import { createFetch, fetchFailureReason, readText } from '../../../src/util/fetch.ts'
import { findProxies } from '../../../src/util/proxies.ts'
import { openOwnFactory } from '../../support/own-factory.ts'
import { openProxy } from '../../support/proxy.ts'
import { refusedPort, serveLoopback } from './loopback-server.ts'

/** What it is rejected with; fetch's errors are for no user's eyes. */
const rejectionOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => Promise.reject(new Error('it did not fail')),
    (reason: unknown) => reason,
  )

const through = (env: Record<string, string>, ca?: string) =>
  createFetch({ proxies: findProxies(env).proxies, ca: ca === undefined ? [] : [ca] })

describe('without anything special', () => {
  test("it is Node's own", () => {
    expect(createFetch()).toBe(fetch)
  })
})

describe('through a proxy', () => {
  test('goes what has a name that only the proxy knows, body and answer', async () => {
    await using server = await serveLoopback(({ method, body }, response) =>
      response.writeHead(201, { 'x-seen': method }).end(`got ${body}`),
    )
    await using proxy = await openProxy({ hosts: { 'api.test': server.url } })
    const send = through({ HTTP_PROXY: proxy.url })
    const answer = await send('http://api.test/a?b=c', { method: 'POST', body: 'hello', headers: { 'x-a': '1' } })
    expect(answer).toMatchObject({ ok: true, status: 201 })
    expect(answer.headers.get('x-seen')).toBe('POST')
    expect(await readText(answer, 100)).toBe('got hello')
    expect(proxy.requests).toEqual(['POST http://api.test/a?b=c'])
    expect(server.requests).toMatchObject([{ path: '/a?b=c', body: 'hello', headers: { 'x-a': '1' } }])
  })

  test('https goes as it is, and only whom one trusts is believed', async () => {
    await using server = await serveLoopback((_, response) => response.end('inside'))
    await using factory = await openOwnFactory(server.url)
    await using proxy = await openProxy({ hosts: { 'factory.test': factory.url }, login: 'me:pass word' })
    const env = { HTTPS_PROXY: proxy.url.replace('//', '//me:pass%20word@') }
    const answer = await through(env, factory.ca)('https://factory.test/x', {})
    expect(await readText(answer, 100)).toBe('inside')
    expect(proxy.requests).toEqual(['CONNECT factory.test:443'])
    const error = await rejectionOf(through(env)('https://factory.test/x', {}))
    expect(fetchFailureReason(error)).toBe(`self-signed certificate (HTTPS_PROXY is set: ${proxy.url})`)
  })

  test('nothing goes that is on this computer, or that NO_PROXY names', async () => {
    await using server = await serveLoopback((_, response) => response.end('direct'))
    await using proxy = await openProxy({ hosts: {} })
    const port = new URL(server.url).port
    const env = { HTTP_PROXY: proxy.url, NO_PROXY: 'nowhere.invalid' }
    for (const host of ['127.0.0.1', 'localhost']) {
      expect(await readText(await through(env)(`http://${host}:${port}/`, {}), 100)).toBe('direct')
    }
    const unknown = fetchFailureReason(await rejectionOf(through(env)('http://nowhere.invalid/', {})))
    expect(unknown).toMatch(/ENOTFOUND|EAI_AGAIN/)
    // What it was not asked for is no fault of the proxy's.
    expect(unknown).not.toContain('is set')
    await rejectionOf(through({ ...env, NO_PROXY: '*' })('http://elsewhere.invalid/', {}))
    await rejectionOf(through(env)('https://elsewhere.invalid/', {}))
    expect(proxy.requests).toEqual([])
  })

  test('a redirect to a host that it is not for goes there directly', async () => {
    await using inner = await serveLoopback((_, response) => response.end('inner'))
    await using outer = await serveLoopback((_, response) => response.writeHead(302, { location: inner.url }).end())
    await using proxy = await openProxy({ hosts: { 'api.test': outer.url } })
    const answer = await through({ HTTP_PROXY: proxy.url })('http://api.test/', {})
    expect(await readText(answer, 100)).toBe('inner')
    expect(proxy.requests).toEqual(['GET http://api.test/'])
  })

  test('that refuses the request is named', async () => {
    await using proxy = await openProxy({ hosts: { 'factory.test': 'http://127.0.0.1:1' }, login: 'me:secret' })
    const refused = await rejectionOf(through({ HTTPS_PROXY: proxy.url })('https://factory.test/', {}))
    expect(fetchFailureReason(refused)).toContain('407')
    expect(fetchFailureReason(refused)).toContain(`(HTTPS_PROXY is set: ${proxy.url})`)
    const port = await refusedPort()
    const dead = await rejectionOf(through({ http_proxy: `127.0.0.1:${port}` })('http://api.test/', {}))
    expect(fetchFailureReason(dead)).toBe(
      `connect ECONNREFUSED 127.0.0.1:${port} (http_proxy is set: http://127.0.0.1:${port})`,
    )
  })

  test('an abort is an abort', async () => {
    await using proxy = await openProxy({ hosts: {} })
    const stop = new AbortController()
    const reason = new Error('stop it')
    stop.abort(reason)
    await expect(through({ HTTP_PROXY: proxy.url })('http://a.test/', { signal: stop.signal })).rejects.toBe(reason)
  })
})

describe('a certificate authority of its own', () => {
  test('is trusted only there', async () => {
    await using server = await serveLoopback((_, response) => response.end('inside'))
    await using factory = await openOwnFactory(server.url)
    const answer = await createFetch({ ca: [factory.ca] })(factory.url, {})
    expect(await readText(answer, 100)).toBe('inside')
    expect(fetchFailureReason(await rejectionOf(fetch(factory.url)))).toBe('self-signed certificate')
  })
})

test('the reason of a failed fetch is the one that says most', () => {
  expect(fetchFailureReason(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') }))).toBe(
    'connect ECONNREFUSED',
  )
  expect(fetchFailureReason(new Error('plain', { cause: new Error('') }))).toBe('plain')
  const refused = new Error('Request was cancelled.', { cause: new Error('Proxy response (407)') })
  expect(fetchFailureReason(new TypeError('fetch failed', { cause: refused }))).toBe('Proxy response (407)')
  expect(fetchFailureReason('text')).toBe('text')
})
