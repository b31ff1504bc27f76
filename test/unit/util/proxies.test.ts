import { describe, expect, test } from 'vitest'
import { findProxies, proxyFor } from '../../../src/util/proxies.ts'
import { redact } from '../../../src/util/redact.ts'

describe('proxies of the environment', () => {
  test('are none when nothing names one', () => {
    expect(findProxies({ NO_PROXY: 'a.example', HTTP_PROXY: '' })).toEqual({ proxies: undefined, problems: [] })
  })

  test('are those in small letters before those in capitals, and may leave out the scheme', () => {
    const { proxies } = findProxies({
      http_proxy: 'small:3128',
      HTTP_PROXY: 'http://big:3128',
      no_proxy: ' .internal ',
    })
    expect(proxies).toEqual({
      http: { url: 'http://small:3128', variable: 'http_proxy' },
      https: undefined,
      except: '.internal',
    })
  })

  test('with a user and a password never show them', () => {
    const { proxies } = findProxies({ HTTPS_PROXY: 'http://me:un%2Fguessable@proxy:3128' })
    const basic = Buffer.from('me:un/guessable').toString('base64')
    expect(proxies?.https).toEqual({
      url: 'http://proxy:3128',
      login: { user: 'me', password: 'un/guessable' },
      variable: 'HTTPS_PROXY',
    })
    expect(redact(`a un/guessable b un%2Fguessable c ${basic}`)).toBe('a [redacted] b [redacted] c [redacted]')
    expect(findProxies({ HTTPS_PROXY: 'token:@proxy' }).proxies?.https?.login).toEqual({ user: 'token', password: '' })
  })

  test.each([
    ['socks4://proxy:1080', '"socks4://proxy:1080"'],
    ['ftp://proxy', '"ftp://proxy"'],
    ['http://', '"http://"'],
    ['http://me:secret@:3128', '"http://[redacted]@:3128"'],
    ['me:secret@proxy:99999', '"[redacted]@proxy:99999"'],
    ['http://me:se@cret@proxy:port', '"http://[redacted]@proxy:port"'],
    ['http://me:100%secret@proxy:3128', '"http://[redacted]@proxy:3128"'],
  ])('cannot be %s', (text, shown) => {
    const { problems } = findProxies({ HTTPS_PROXY: text })
    expect(problems).toMatchObject([{ code: 'usage', at: { kind: 'env', name: 'HTTPS_PROXY' } }])
    expect(problems[0]?.message).toBe(`${shown} is not a proxy that can be used`)
  })

  test('may be one for all that has none of its own', () => {
    const { proxies } = findProxies({ ALL_PROXY: 'socks5://all', HTTPS_PROXY: 'https://two:2' })
    expect(proxies).toMatchObject({
      http: { url: 'socks5://all:1080', variable: 'ALL_PROXY' },
      https: { url: 'https://two:2', variable: 'HTTPS_PROXY' },
    })
    expect(findProxies({ all_proxy: 'a:1' }).proxies?.https).toEqual({ url: 'http://a:1', variable: 'all_proxy' })
  })

  test.each(['10.0.0.0/33', '10.0.0/8', 'a.example/8', 'fd00::/129'])('NO_PROXY cannot have the range %s', (range) => {
    expect(findProxies({ HTTP_PROXY: 'one:1', no_proxy: `a,${range}` }).problems).toMatchObject([
      { code: 'usage', at: { kind: 'env', name: 'no_proxy' }, message: `"${range}" is not a range of addresses` },
    ])
    expect(findProxies({ NO_PROXY: range }).problems).toEqual([])
  })
})

describe('the proxy for an address', () => {
  const variableFor = (address: string, env: Record<string, string> = {}) => {
    const { proxies } = findProxies({ HTTP_PROXY: 'one:1', HTTPS_PROXY: 'two:2', ...env })
    return proxies && proxyFor(proxies, new URL(address))?.variable
  }

  test('is that of its protocol, and of no other', () => {
    expect(variableFor('http://a.example')).toBe('HTTP_PROXY')
    expect(variableFor('https://a.example')).toBe('HTTPS_PROXY')
    expect(variableFor('https://a.example', { HTTPS_PROXY: '' })).toBeUndefined()
  })

  test.each(['localhost', 'a.localhost', '127.0.0.1', '127.0.0.2', '[::1]'])('is none for %s', (host) => {
    expect(variableFor(`http://${host}:8080/`)).toBeUndefined()
  })

  test.each<[except: string, direct: string[], proxied: string[]]>([
    ['*', ['http://a.example', 'https://[2001:db8::1]'], []],
    ['.internal', ['http://internal', 'http://a.b.internal'], ['http://notinternal', 'http://internal.example']],
    ['*.internal,b.example', ['http://a.internal', 'https://b.example', 'https://c.b.example'], ['https://example']],
    ['a.example:8443', ['https://a.example:8443'], ['https://a.example', 'https://b.example:8443']],
    ['a.example:443', ['https://a.example'], ['http://a.example']],
    ['10.0.0.7 10.0.0.8', ['http://10.0.0.8:80'], ['http://10.0.0.9']],
    ['2001:db8::1', ['http://[2001:db8::1]:81'], ['http://[2001:db8::2]']],
    ['[2001:db8::1]:81', ['http://[2001:db8::1]:81'], ['http://[2001:db8::1]']],
    ['A.Example', ['http://a.example', 'http://a.example.'], []],
    ['a.example.', ['http://a.example'], []],
    ['10.0.0.0/8', ['http://10.255.0.1', 'https://10.0.0.1:8443'], ['http://11.0.0.1', 'http://10.example']],
    ['10.0.0.0/8:8443', ['https://10.0.0.1:8443'], ['https://10.0.0.1']],
    ['2001:db8::/32,fd00::/8', ['http://[2001:db8:1::2]', 'http://[fd12::1]'], ['http://[2001:db9::1]']],
    ['[fd00::/8]:81', ['http://[fd12::1]:81'], ['http://[fd12::1]']],
    ['2001:DB8:0::1', ['http://[2001:db8::1]'], []],
    ['192.168.*', ['http://192.168.7.8'], ['http://192.169.7.8', 'http://1.192.168.7']],
    ['*corp.example', ['http://a.corp.example', 'http://mycorp.example'], ['http://corp.example.com']],
  ])('is none for what NO_PROXY=%s leaves out', (except, direct, proxied) => {
    for (const address of direct)
      expect([address, variableFor(address, { NO_PROXY: except })]).toEqual([address, undefined])
    for (const address of proxied) expect(variableFor(address, { NO_PROXY: except })).toMatch(/^HTTPS?_PROXY$/)
  })
})
