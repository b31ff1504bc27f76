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
      http: { url: 'http://small:3128/', shown: 'http://small:3128', variable: 'http_proxy' },
      https: undefined,
      except: '.internal',
    })
  })

  test('of http are for https, too, when that has none', () => {
    const { proxies } = findProxies({ HTTP_PROXY: 'http://one:1', HTTPS_PROXY: 'https://two:2' })
    if (proxies === undefined) throw new Error('none found')
    expect(proxyFor(proxies, 'https:')?.variable).toBe('HTTPS_PROXY')
    expect(proxyFor(proxies, 'http:')?.variable).toBe('HTTP_PROXY')
    expect(proxyFor({ ...proxies, https: undefined }, 'https:')?.variable).toBe('HTTP_PROXY')
  })

  test('with a password never show it', () => {
    const { proxies } = findProxies({ HTTPS_PROXY: 'http://me:un%2Fguessable@proxy:3128' })
    expect(proxies?.https?.shown).toBe('http://proxy:3128')
    expect(redact('a un/guessable b un%2Fguessable')).toBe('a [redacted] b [redacted]')
  })

  test.each(['socks5://proxy:1080', 'http://', 'http://me:secret@:3128'])('cannot be %s', (text) => {
    const { problems } = findProxies({ HTTPS_PROXY: text })
    expect(problems).toMatchObject([{ code: 'usage', at: { kind: 'env', name: 'HTTPS_PROXY' } }])
    expect(problems[0]?.message).toMatch(/^".*" is no HTTP proxy$/)
    expect(problems[0]?.message).not.toContain('secret')
  })
})
