import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { startDeadline } from '../../../src/util/deadline.ts'
import { createFetch, explainNoAnswer, fetchFailureReason, readText } from '../../../src/util/fetch.ts'
import { findProxies } from '../../../src/util/proxies.ts'
import { openOwnFactory } from '../../support/own-factory.ts'
import { openProxy } from '../../support/proxy.ts'
import { openSocksProxy } from '../../support/socks.ts'
import { listenAnywhere } from '../../support/web.ts'
import { refusedPort, serveLoopback } from './loopback-server.ts'

/** What it is rejected with; fetch's errors are for no user's eyes. */
const rejectionOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => Promise.reject(new Error('it did not fail')),
    (reason: unknown) => reason,
  )

const through = (env: Record<string, string>, ca?: string) =>
  createFetch({ proxies: findProxies(env).proxies, ca: ca === undefined ? [] : [ca] })

/** What is said of a request that is rejected. */
async function failureOf(send: ReturnType<typeof through>, url: string, timeoutMs = 60_000): Promise<string> {
  using deadline = startDeadline(undefined, timeoutMs)
  const error = await rejectionOf(send(url, { signal: deadline.signal }))
  return explainNoAnswer(send, url, { error, deadline, timeoutMs })
}

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
    expect(await failureOf(through(env), 'https://factory.test/x')).toBe(
      `self-signed certificate (HTTPS_PROXY is set: ${proxy.url})`,
    )
  })

  test('nothing goes that is on this computer, or that NO_PROXY names', async () => {
    await using server = await serveLoopback((_, response) => response.end('direct'))
    await using proxy = await openProxy({ hosts: {} })
    const port = new URL(server.url).port
    const env = { HTTP_PROXY: proxy.url, NO_PROXY: 'nowhere.invalid' }
    for (const host of ['127.0.0.1', 'localhost']) {
      expect(await readText(await through(env)(`http://${host}:${port}/`, {}), 100)).toBe('direct')
    }
    const unknown = await failureOf(through(env), 'http://nowhere.invalid/')
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
    const refused = await failureOf(through({ HTTPS_PROXY: proxy.url }), 'https://factory.test/')
    expect(refused).toContain('407')
    expect(refused).toContain(`(HTTPS_PROXY is set: ${proxy.url})`)
    const port = await refusedPort()
    expect(await failureOf(through({ http_proxy: `127.0.0.1:${port}` }), 'http://api.test/')).toBe(
      `connect ECONNREFUSED 127.0.0.1:${port} (http_proxy is set: http://127.0.0.1:${port})`,
    )
  })

  test('that says nothing is named, too', async () => {
    const silent = createServer()
    const url = `http://127.0.0.1:${await listenAnywhere(silent)}`
    try {
      expect(await failureOf(through({ ALL_PROXY: url }), 'http://api.test/', 50)).toBe(
        `it took longer than 0.05 s (ALL_PROXY is set: ${url})`,
      )
    } finally {
      silent.close()
    }
  })

  test('an abort is an abort', async () => {
    await using proxy = await openProxy({ hosts: {} })
    const stop = new AbortController()
    const reason = new Error('stop it')
    stop.abort(reason)
    await expect(through({ HTTP_PROXY: proxy.url })('http://a.test/', { signal: stop.signal })).rejects.toBe(reason)
  })
})

describe('through SOCKS', () => {
  test.each([undefined, 'me:pass word'])('go http and https, with the login %s', async (login) => {
    await using server = await serveLoopback((_, response) => response.end('inside'))
    await using factory = await openOwnFactory(server.url)
    await using proxy = await openSocksProxy({
      hosts: { 'api.test': server.url, 'factory.test': factory.url },
      ...(login === undefined ? {} : { login }),
    })
    const ALL_PROXY = login === undefined ? proxy.url : proxy.url.replace('//', '//me:pass%20word@')
    const send = through({ ALL_PROXY }, factory.ca)
    expect(await readText(await send('http://api.test:81/', {}), 100)).toBe('inside')
    expect(await readText(await send('https://factory.test/', {}), 100)).toBe('inside')
    expect(proxy.requests).toEqual(['api.test:81', 'factory.test:443'])
  })

  test('what fails is told with the proxy', async () => {
    await using proxy = await openSocksProxy({ hosts: {}, login: 'me:secret' })
    const told = `(HTTPS_PROXY is set: ${proxy.url})`
    expect(await failureOf(through({ HTTPS_PROXY: proxy.url }), 'https://a.test/')).toContain(told)
    const env = { HTTPS_PROXY: proxy.url.replace('//', '//me:secret@') }
    expect(await failureOf(through(env), 'https://a.test/')).toMatch(/HostUnreachable.* \(HTTPS_PROXY is set: /)
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
