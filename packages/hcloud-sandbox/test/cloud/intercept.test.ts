import { expect, test } from 'vitest'
import type { InterceptedRequest } from '../../src/cloud/options.ts'
import { createTestCloud, SERVER_ORDER } from './fixture.ts'

const unavailable = () => Response.json({ error: { code: 'unavailable', message: 'later' } }, { status: 503 })

test('an interceptor sees every request and may answer it', async () => {
  const seen: InterceptedRequest[] = []
  const intercept = (request: InterceptedRequest) => {
    seen.push(request)
    return request.method === 'POST' ? unavailable() : undefined
  }
  await using cloud = await createTestCloud({ intercept })
  const refused = await cloud.call('POST', '/servers', SERVER_ORDER)
  expect(refused).toMatchObject({ status: 503, body: { error: { code: 'unavailable' } } })
  expect(refused.headers.get('RateLimit-Remaining')).toBe('3599')
  expect((await cloud.call('GET', '/servers?name=build')).body).toMatchObject({ servers: [] })
  expect(seen).toMatchObject([
    { method: 'POST', path: '/servers', body: SERVER_ORDER },
    { method: 'GET', path: '/servers', body: undefined },
  ])
  expect(seen[1]?.query.get('name')).toBe('build')
})

test('an interceptor may let the work be done and lose the answer', async () => {
  await using cloud = await createTestCloud({
    async intercept(request, answer) {
      if (request.method !== 'POST') return undefined
      expect((await answer()).status).toBe(201)
      return unavailable()
    },
  })
  expect((await cloud.call('POST', '/servers', SERVER_ORDER)).status).toBe(503)
  await cloud.cloud.idle()
  expect((await cloud.call('GET', '/servers')).body).toMatchObject({ servers: [{ name: 'build', status: 'off' }] })
})

test('the work is done once, however often an interceptor asks for it', async () => {
  await using cloud = await createTestCloud({
    async intercept(request, answer) {
      if (request.method !== 'POST') return undefined
      const [first, second] = [await answer(), await answer()]
      expect(second).toBe(first)
      return undefined
    },
  })
  expect((await cloud.call('POST', '/servers', SERVER_ORDER)).status).toBe(201)
  expect((await cloud.call('GET', '/servers')).body).toMatchObject({ servers: [{ name: 'build' }] })
})
