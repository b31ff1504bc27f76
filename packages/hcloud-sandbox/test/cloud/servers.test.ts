import { access } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { Server } from '../support/wire.ts'
import { createTestCloud, OTHER_TOKEN, SERVER_ORDER, type TestCloud } from './fixture.ts'

const Servers = v.object({
  servers: v.array(Server),
  meta: v.object({ pagination: v.record(v.string(), v.nullable(v.number())) }),
})

const namesOf = async (cloud: TestCloud, query: string) =>
  (await cloud.must(Servers, 'GET', `/servers?${query}`)).servers.map(({ name }) => name)

describe('GET /servers', () => {
  test('filters and sorts', async () => {
    await using cloud = await createTestCloud()
    await cloud.createServer({ name: 'b', labels: { run: '1' } })
    cloud.clock.advance(1000)
    await cloud.createServer({ name: 'a', labels: { run: '2' } })
    await cloud.createServer({ name: 'c', start_after_create: true })
    expect(await namesOf(cloud, '')).toEqual(['b', 'a', 'c'])
    expect(await namesOf(cloud, 'name=a')).toEqual(['a'])
    expect(await namesOf(cloud, 'status=running')).toEqual(['c'])
    expect(await namesOf(cloud, 'status=off&status=running&sort=name:asc')).toEqual(['a', 'b', 'c'])
    expect(await namesOf(cloud, 'sort=created:desc&sort=name:desc')).toEqual(['c', 'a', 'b'])
    expect(await namesOf(cloud, 'label_selector=run%20in%20(1%2C2)%2Crun!%3D1')).toEqual(['a'])
  })

  test('gives pages, with links between them', async () => {
    await using cloud = await createTestCloud()
    for (const name of ['a', 'b', 'c', 'd', 'e']) await cloud.createServer({ name })
    const page = await cloud.call('GET', '/servers?per_page=2&page=2')
    const { servers, meta } = v.parse(Servers, page.body)
    expect(servers.map(({ name }) => name)).toEqual(['c', 'd'])
    expect(meta.pagination).toEqual({
      page: 2,
      per_page: 2,
      previous_page: 1,
      next_page: 3,
      last_page: 3,
      total_entries: 5,
    })
    expect(page.headers.get('Link')).toContain('<http://127.0.0.1/v1/servers?per_page=2&page=3>; rel="next"')
    const { meta: biggest } = await cloud.must(Servers, 'GET', '/servers?per_page=999')
    expect(biggest.pagination).toMatchObject({ per_page: 50, next_page: null, last_page: 1 })
  })

  test.each(['page=0', 'per_page=x', 'sort=size', 'sort=name:up', 'label_selector=%3D'])(
    'refuses ?%s',
    async (query) => {
      await using cloud = await createTestCloud()
      const field = query.split('=')[0]
      const answer = await cloud.call('GET', `/servers?${query}`)
      expect(answer).toMatchObject({ status: 422, body: { error: { details: { fields: [{ name: field }] } } } })
    },
  )
})

describe('/servers/{id}', () => {
  test('changes name and labels', async () => {
    await using cloud = await createTestCloud()
    const id = await cloud.createServer({ labels: { a: '1' } })
    await cloud.createServer({ name: 'taken' })
    const answer = await cloud.call('PUT', `/servers/${id}`, { name: 'new', labels: { b: '2' } })
    expect(answer.body).toMatchObject({ server: { name: 'new', labels: { b: '2' } } })
    expect((await cloud.call('PUT', `/servers/${id}`, { name: 'taken' })).status).toBe(409)
    expect((await cloud.call('PUT', `/servers/${id}`, { name: 'new' })).status).toBe(200)
  })

  test('is deleted with its disk and its power', async () => {
    await using cloud = await createTestCloud()
    const id = await cloud.createServer({ start_after_create: true })
    const answer = await cloud.call('DELETE', `/servers/${id}`)
    expect(answer).toMatchObject({ status: 200, body: { action: { command: 'delete_server', status: 'running' } } })
    await cloud.cloud.idle()
    expect((await cloud.call('GET', `/servers/${id}`)).status).toBe(404)
    await expect(access(join(cloud.stateDir, 'disks', `server-${id}.raw`))).rejects.toThrow('ENOENT')
    expect(await cloud.createServer()).toBe(id + 1)
    expect((await cloud.must(Servers, 'GET', '/servers')).servers[0]?.public_net.ipv4?.ip).toBe('127.10.2.1')
  })

  test('is shown while it is being deleted', async () => {
    await using cloud = await createTestCloud({ latency: 'realistic' })
    await cloud.call('POST', '/servers', SERVER_ORDER)
    await cloud.clock.asleep()
    cloud.clock.advance(8_000)
    await cloud.cloud.idle()
    await cloud.call('DELETE', '/servers/40000001')
    await cloud.clock.asleep()
    expect((await cloud.call('GET', '/servers/40000001')).body).toMatchObject({
      server: { status: 'deleting', locked: true },
    })
    cloud.clock.advance(2_000)
    await cloud.cloud.idle()
    expect((await cloud.call('GET', '/servers/40000001')).status).toBe(404)
  })

  test('is not deleted while protected', async () => {
    await using cloud = await createTestCloud()
    const id = await cloud.createServer()
    await cloud.act(id, 'change_protection', { delete: true, rebuild: true })
    const refused = await cloud.call('DELETE', `/servers/${id}`)
    expect(refused).toMatchObject({ status: 423, body: { error: { code: 'protected' } } })
  })

  test('is protected from deletion and rebuilding together', async () => {
    await using cloud = await createTestCloud()
    const id = await cloud.createServer()
    const refused = await cloud.call('POST', `/servers/${id}/actions/change_protection`, { delete: true })
    expect(refused).toMatchObject({ status: 422, body: { error: { code: 'invalid_input' } } })
    await cloud.act(id, 'change_protection', { delete: true, rebuild: true })
    expect((await cloud.call('GET', `/servers/${id}`)).body).toMatchObject({
      server: { protection: { delete: true, rebuild: true } },
    })
    await cloud.act(id, 'change_protection', { delete: false, rebuild: false })
    expect((await cloud.call('DELETE', `/servers/${id}`)).status).toBe(200)
  })

  test('goes from one status to the next while its actions run', async () => {
    await using cloud = await createTestCloud({ latency: 'realistic' })
    const statuses: unknown[] = []
    const look = async () => {
      const { body } = await cloud.call('GET', '/servers/40000001')
      statuses.push(v.parse(v.object({ server: v.object({ status: v.string() }) }), body).server.status)
    }
    await cloud.call('POST', '/servers', { ...SERVER_ORDER, start_after_create: true })
    await cloud.clock.asleep()
    await look()
    cloud.clock.advance(8_000)
    await cloud.clock.asleep()
    await look()
    cloud.clock.advance(2_000)
    await cloud.cloud.idle()
    await look()
    await cloud.call('POST', '/servers/40000001/actions/shutdown')
    await cloud.clock.asleep()
    await look()
    cloud.clock.advance(5_000)
    await cloud.cloud.idle()
    await look()
    expect(statuses).toEqual(['initializing', 'starting', 'running', 'stopping', 'off'])
  })

  test('is unknown to other projects', async () => {
    await using cloud = await createTestCloud()
    const id = await cloud.createServer()
    for (const [method, path] of [
      ['GET', `/servers/${id}`],
      ['PUT', `/servers/${id}`],
      ['DELETE', `/servers/${id}`],
      ['POST', `/servers/${id}/actions/poweron`],
      ['GET', `/servers/${id}/actions`],
      ['GET', '/actions/600000001'],
    ] as const) {
      expect((await cloud.call(method, path, undefined, OTHER_TOKEN)).status).toBe(404)
    }
    expect((await cloud.call('POST', '/servers', SERVER_ORDER, OTHER_TOKEN)).status).toBe(201)
  })
})
