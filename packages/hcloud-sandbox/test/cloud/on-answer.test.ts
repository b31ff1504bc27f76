import { describe, expect, test } from 'vitest'
import type { AnsweredExchange } from '../../src/cloud/options.ts'
import { createTestCloud } from './fixture.ts'

describe('onAnswer', () => {
  test('is told of every answer, of refusals too', async () => {
    const told: AnsweredExchange[] = []
    const onAnswer = (exchange: AnsweredExchange) => told.push(exchange)
    await using cloud = await createTestCloud({ onAnswer, rateLimit: { limit: 3, perSecond: 1 } })
    await cloud.call('GET', '/ssh_keys?page=1')
    await cloud.call('GET', '/ssh_keys', undefined, 'wrong-token')
    await cloud.call('DELETE', '/ssh_keys/1')
    await cloud.call('GET', '/nonsense')
    const refused = await cloud.call('GET', '/servers')
    expect(told.map(({ method, path, status }) => `${method} ${path} ${status}`)).toEqual([
      'GET /ssh_keys 200',
      'GET /ssh_keys 401',
      'DELETE /ssh_keys/1 404',
      'GET /nonsense 501',
      'GET /servers 429',
    ])
    expect(told[0]?.body).toMatchObject({ ssh_keys: [] })
    expect(told.at(-1)?.body).toEqual(refused.body)
  })

  test('is not told what an interceptor answers, only what the cloud answered before it', async () => {
    const told: string[] = []
    await using cloud = await createTestCloud({
      onAnswer: ({ path, status }) => told.push(`${path} ${status}`),
      intercept: async ({ path }, answer) => {
        if (path === '/images') await answer()
        return path === '/locations' ? undefined : new Response('nonsense', { status: 500 })
      },
    })
    expect(await cloud.cloud.fetch(request('/servers'))).toMatchObject({ status: 500 })
    expect(await cloud.cloud.fetch(request('/images'))).toMatchObject({ status: 500 })
    await cloud.call('GET', '/locations')
    expect(told).toEqual(['/images 200', '/locations 200'])
  })
})

function request(path: string): Request {
  return new Request(`http://127.0.0.1/v1${path}`, { headers: { Authorization: `Bearer ${'a'.repeat(64)}` } })
}
