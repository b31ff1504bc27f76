import { describe, expect, test } from 'vitest'
import { createTestCloud, OTHER_TOKEN, READ_ONLY_TOKEN, SERVER_ORDER } from './fixture.ts'

describe('tokens', () => {
  test('unknown and missing ones are refused', async () => {
    await using cloud = await createTestCloud()
    const unknown = await cloud.call('GET', '/servers', undefined, 'wrong-token')
    expect(unknown).toMatchObject({ status: 401, body: { error: { code: 'unauthorized' } } })
    expect((await cloud.cloud.fetch(new Request('http://127.0.0.1/v1/servers'))).status).toBe(401)
  })

  test('a read-only token sees and cannot change', async () => {
    await using cloud = await createTestCloud()
    expect((await cloud.call('GET', '/servers', undefined, READ_ONLY_TOKEN)).status).toBe(200)
    const write = await cloud.call('POST', '/servers', SERVER_ORDER, READ_ONLY_TOKEN)
    expect(write).toMatchObject({ status: 401, body: { error: { code: 'token_readonly' } } })
  })
})

describe('rate limit', () => {
  test('stands on every answer, refusals too', async () => {
    await using cloud = await createTestCloud()
    const first = await cloud.call('GET', '/servers')
    expect(first.headers.get('RateLimit-Limit')).toBe('3600')
    expect(first.headers.get('RateLimit-Remaining')).toBe('3599')
    expect(first.headers.get('RateLimit-Reset')).toBe(String(cloud.clock.now() / 1000 + 1))
    for (const [method, path] of [
      ['GET', '/servers/1'],
      ['GET', '/nonsense'],
      ['POST', '/servers'],
    ] as const) {
      expect(Number((await cloud.call(method, path)).headers.get('RateLimit-Remaining'))).toBeLessThan(3599)
    }
    expect((await cloud.call('GET', '/servers', undefined, 'wrong-token')).headers.get('RateLimit-Remaining')).toBe(
      '3599',
    )
  })

  test('is counted a project, and comes back gradually', async () => {
    await using cloud = await createTestCloud({ rateLimit: { limit: 2, perSecond: 0.5 } })
    await cloud.call('GET', '/servers')
    await cloud.call('GET', '/servers', undefined, READ_ONLY_TOKEN)
    const refused = await cloud.call('GET', '/servers')
    expect(refused).toMatchObject({ status: 429, body: { error: { code: 'rate_limit_exceeded' } } })
    expect(refused.headers.get('RateLimit-Remaining')).toBe('0')
    expect((await cloud.call('GET', '/servers', undefined, OTHER_TOKEN)).status).toBe(200)
    cloud.clock.advance(1000)
    expect((await cloud.call('GET', '/servers')).status).toBe(429)
    cloud.clock.advance(1000)
    expect((await cloud.call('GET', '/servers')).status).toBe(200)
  })
})

describe('unknown things', () => {
  test('are answered as JSON, and those that are missing never as if they were gone', async () => {
    await using cloud = await createTestCloud()
    for (const path of ['/datacenters', '/datacenters/1']) {
      expect(await cloud.call('GET', path)).toMatchObject({
        status: 410,
        body: { error: { code: 'deprecated_api_endpoint' } },
      })
    }
    for (const [method, path] of [
      ['GET', '/nonsense'],
      ['PATCH', '/servers'],
      ['PUT', '/locations/1'],
      ['POST', '/servers/1'],
    ] as const) {
      expect(await cloud.call(method, path)).toMatchObject({
        status: 501,
        body: { error: { code: 'not_implemented', message: `the sandbox has no ${method} ${path}` } },
      })
    }
    const broken = await cloud.call('POST', '/servers', '{')
    expect(broken).toMatchObject({ status: 400, body: { error: { code: 'json_error' } } })
    expect((await cloud.call('POST', '/servers', '[]')).status).toBe(422)
  })
})
