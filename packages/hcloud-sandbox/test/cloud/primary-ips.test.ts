import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { createTestCloud, OTHER_TOKEN } from './fixture.ts'

const PrimaryIp = v.looseObject({ id: v.number(), name: v.string(), ip: v.string(), assignee_id: v.number() })
const List = v.object({ primary_ips: v.array(PrimaryIp) })
const One = v.object({ primary_ip: PrimaryIp })
const WithNet = v.object({
  server: v.object({
    public_net: v.object({ ipv4: v.object({ id: v.number() }), ipv6: v.object({ id: v.number() }) }),
  }),
})

describe('/primary_ips', () => {
  test('are those of the servers, which name them', async () => {
    await using cloud = await createTestCloud()
    const id = await cloud.createServer()
    const { ipv4, ipv6 } = (await cloud.must(WithNet, 'GET', `/servers/${id}`)).server.public_net
    expect(ipv4.id).not.toBe(ipv6.id)
    const one = await cloud.must(One, 'GET', `/primary_ips/${ipv4.id}`)
    expect(one.primary_ip).toMatchObject({
      type: 'ipv4',
      ip: '127.10.1.1',
      assignee_id: id,
      assignee_type: 'server',
      auto_delete: true,
      location: { name: 'fsn1' },
      dns_ptr: [{ ip: '127.10.1.1', dns_ptr: 'static.1.1.10.127.clients.example.com' }],
    })
    const other = await cloud.must(One, 'GET', `/primary_ips/${ipv6.id}`)
    expect(other.primary_ip).toMatchObject({ type: 'ipv6', ip: '::ffff:7f0a:100/120', dns_ptr: [] })
  })

  test('are filtered and sorted', async () => {
    await using cloud = await createTestCloud()
    const first = await cloud.createServer({ public_net: { enable_ipv6: false } })
    cloud.clock.advance(1000)
    const second = await cloud.createServer({ name: 'second' })
    const { primary_ips: all } = await cloud.must(List, 'GET', '/primary_ips')
    expect(all.map(({ assignee_id }) => assignee_id)).toEqual([first, second, second])
    const ipsOf = async (query: string) =>
      (await cloud.must(List, 'GET', `/primary_ips?${query}`)).primary_ips.map(({ ip }) => ip)
    expect(await ipsOf(`name=${all[2]?.name}`)).toEqual(['::ffff:7f0a:200/120'])
    expect(await ipsOf('ip=127.10.2.1')).toEqual(['127.10.2.1'])
    expect(await ipsOf('label_selector=env')).toEqual([])
    expect(await ipsOf('label_selector=!env&sort=created:desc&sort=id:desc')).toEqual([
      '::ffff:7f0a:200/120',
      '127.10.2.1',
      '127.10.1.1',
    ])
    expect((await cloud.call('GET', '/primary_ips?sort=ip')).status).toBe(422)
  })

  test('go with their server, and are unknown to other projects', async () => {
    await using cloud = await createTestCloud()
    const id = await cloud.createServer()
    const { primary_ips: all } = await cloud.must(List, 'GET', '/primary_ips')
    const path = `/primary_ips/${all[0]?.id}`
    expect((await cloud.call('GET', path)).status).toBe(200)
    expect((await cloud.call('GET', path, undefined, OTHER_TOKEN)).status).toBe(404)
    expect((await cloud.call('GET', '/primary_ips', undefined, OTHER_TOKEN)).body).toMatchObject({ primary_ips: [] })
    await cloud.must(v.unknown(), 'DELETE', `/servers/${id}`)
    expect((await cloud.call('GET', path)).status).toBe(404)
    expect(await cloud.must(List, 'GET', '/primary_ips')).toEqual({ primary_ips: [] })
  })
})
