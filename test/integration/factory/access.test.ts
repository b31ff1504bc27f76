import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { accessFor, authorizationOf, curlConfig, findLoginFault } from '../../../src/factory/access.ts'
import { createFactoryClient } from '../../../src/factory/client.ts'
import { USER_AGENT } from '../../../src/util/user-agent.ts'
import { openOwnFactory } from '../../support/own-factory.ts'
import { listen } from '../../support/web.ts'
import { failureOf } from '../../unit/util/failure.ts'
import { answerJson, serveLoopback } from '../util/loopback-server.ts'

const LOGIN = { user: 'team', password: 'a "b" \\c' }

describe('a login', () => {
  test('is what HTTP calls Basic, or a bearer token', () => {
    expect(authorizationOf(LOGIN)).toBe(`Basic ${Buffer.from('team:a "b" \\c').toString('base64')}`)
    expect(authorizationOf({ token: 'abc.def' })).toBe('Bearer abc.def')
  })

  test("is written so that curl's configuration cannot be broken out of", () => {
    expect(curlConfig(LOGIN)).toBe('user = "team:a \\"b\\" \\\\c"\n')
    expect(curlConfig({ token: 'abc' })).toBe('header = "Authorization: Bearer abc"\n')
  })

  test.each([
    [{ user: 'a:b', password: 'c' }, 'user'],
    [{ user: 'a', password: 'b\nurl = "http://evil"' }, 'password'],
    [{ user: 'a\u0000', password: 'c' }, 'user'],
    [{ token: 'a b' }, 'token'],
    [{ token: 'a\nb' }, 'token'],
    [{ token: '' }, 'token'],
  ])('cannot be %j, for its %s', (login, part) => {
    expect(findLoginFault(login, 'https://factory.example')?.part).toBe(part)
  })

  test('may be of any letters where HTTP Basic carries it', () => {
    expect(findLoginFault({ user: 'jörg', password: 'Grüße "1" \\ 2' }, 'https://factory.example')).toBeUndefined()
  })

  test('goes neither to the public Factory nor over the air in clear', () => {
    const fault = (url: string) => findLoginFault(LOGIN, url)?.message
    expect(fault('https://factory.talos.dev')).toContain('the public Image Factory')
    expect(fault('http://factory.internal:8080/x')).toBe(
      'the login would be sent to http://factory.internal:8080 without encryption',
    )
    for (const url of ['http://127.0.0.1:8080', 'http://localhost', 'http://[::1]:1', 'https://factory.internal']) {
      expect(fault(url)).toBeUndefined()
    }
  })

  test('that cannot be is refused by the client, and not shown', () => {
    const make = () => createFactoryClient({ url: 'https://factory.example', login: { token: 'SECRET-A\nSECRET-B' } })
    expect(make).toThrow(/^the login of the Image Factory: it holds a character that tokens do not have/)
  })

  test('is for the Factory alone', () => {
    const access = { login: LOGIN, ca: 'PEM' }
    const of = (url: string) => accessFor('https://factory.test/sub', access, url)
    expect(of('https://factory.test/image/x')).toEqual(access)
    for (const url of ['https://factory.test:444/', 'http://factory.test/', 'https://factory.test.evil/']) {
      expect(of(url)).toEqual({})
    }
  })
})

describe('a client of a Factory of its own', () => {
  test('introduces itself, and trusts its certificate', async () => {
    await using server = await serveLoopback((_, response) => answerJson(response, 200, ['v1.12.2']))
    await using own = await openOwnFactory(server.url, { authorization: authorizationOf(LOGIN) })
    const factory = createFactoryClient({ url: own.url, ca: own.ca, login: LOGIN })
    expect(await factory.versions()).toEqual(['v1.12.2'])
    expect(own.requests).toMatchObject([{ path: '/versions', agent: USER_AGENT }])
  })

  test('takes its login nowhere else', async () => {
    await using other = await serveLoopback((_, response) => response.writeHead(200, { 'content-length': '7' }).end())
    await using own = await openOwnFactory('http://127.0.0.1:1', {
      authorization: authorizationOf(LOGIN),
      intercept: (_, response) => {
        response.writeHead(302, { location: `${other.url}/stored` }).end()
        return true
      },
    })
    const factory = createFactoryClient({ url: own.url, ca: own.ca, login: LOGIN })
    expect(await factory.probe(`${own.url}/image/x`)).toMatchObject({ status: 200, sizeBytes: 7 })
    await factory.fetch(`${other.url}/mirror`, {})
    expect(other.requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/stored', undefined],
      ['/mirror', undefined],
    ])
  })

  test.each([
    [401, /^check the login/],
    [403, /^something between here and the Image Factory may block it/],
  ])('that is not let in is told what may be the reason: %i', async (status, hint) => {
    await using server = await serveLoopback((_, response) => response.writeHead(status).end('no'))
    const error = await failureOf(createFactoryClient({ url: server.url }).versions())
    expect(error.message).toContain(`answered ${status} to GET`)
    expect(error.hint).toMatch(hint)
    expect(error.hint).toContain('TALOS_IMAGE_FACTORY_TOKEN')
    expect(server.requests).toHaveLength(1)
  })

  test('whose certificate is not known is told what makes it known', async () => {
    const server = createServer()
    await using own = await openOwnFactory(await listen(server))
    const error = await failureOf(createFactoryClient({ url: own.url, retries: 0 }).versions())
    expect(error.message).toContain('self-signed certificate')
    expect(error.hint).toContain('TALOS_IMAGE_FACTORY_CA=FILE')
    server.close()
  })
})
