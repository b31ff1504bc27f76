import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { createTestCloud, OTHER_TOKEN, SERVER_ORDER } from './fixture.ts'

const PrimaryIp = v.looseObject({
  id: v.number(),
  name: v.string(),
  ip: v.string(),
  assignee_id: v.nullable(v.number()),
})
const List = v.object({ primary_ips: v.array(PrimaryIp) })
const One = v.object({ primary_ip: PrimaryIp })
const WithNet = v.object({
  server: v.object({
    public_net: v.object({ ipv4: v.object({ id: v.number() }), ipv6: v.object({ id: v.number() }) }),
  }),
})

const ORDER = { name: 'own', type: 'ipv4', location: 'fsn1', assignee_type: 'server' }

describe('/primary_ips', () => {
  test('are made, named when a server is made, and kept when it goes', async () => {
    await using cloud = await createTestCloud()
    const { primary_ip: ipv4 } = await cloud.must(One, 'POST', '/primary_ips', { ...ORDER, labels: { a: 'b' } })
    expect(ipv4).toMatchObject({
      name: 'own',
      ip: '127.42.1.1',
      assignee_id: null,
      auto_delete: false,
      labels: { a: 'b' },
    })
    const order = { public_net: { ipv4: ipv4.id }, start_after_create: true }
    const id = await cloud.createServer(order)
    expect(cloud.boots.map(({ target }) => target.addresses)).toEqual([['127.42.1.1', '127.10.1.1']])
    const lookUp = async () => (await cloud.must(One, 'GET', `/primary_ips/${ipv4.id}`)).primary_ip
    expect(await lookUp()).toMatchObject({ assignee_id: id })
    const refusal = async (change: object) =>
      (await cloud.call('POST', '/servers', { ...SERVER_ORDER, name: 'other', public_net: change })).body
    expect(await refusal({ ipv4: ipv4.id })).toMatchObject({ error: { code: 'primary_ip_assigned' } })
    expect(await refusal({ ipv6: ipv4.id })).toMatchObject({ error: { code: 'primary_ip_version_mismatch' } })
    expect(await cloud.call('DELETE', `/primary_ips/${ipv4.id}`)).toMatchObject({
      status: 422,
      body: { error: { code: 'must_be_unassigned' } },
    })
    await cloud.must(v.unknown(), 'DELETE', `/servers/${id}`)
    const { primary_ips: left } = await cloud.must(List, 'GET', '/primary_ips')
    expect(left).toMatchObject([{ id: ipv4.id, assignee_id: null }])
    expect((await cloud.call('DELETE', `/primary_ips/${ipv4.id}`)).status).toBe(204)
  })

  test('are assigned and unassigned while the server is off, renamed and protected', async () => {
    await using cloud = await createTestCloud()
    const id = await cloud.createServer({ public_net: { enable_ipv4: false } })
    const { primary_ip: made } = await cloud.must(One, 'POST', '/primary_ips', ORDER)
    const path = `/primary_ips/${made.id}`
    const assignment = { assignee_id: id, assignee_type: 'server' }
    await cloud.act(id, 'poweron')
    expect((await cloud.call('POST', `${path}/actions/assign`, assignment)).body).toMatchObject({
      error: { code: 'server_not_stopped' },
    })
    await cloud.act(id, 'poweroff')
    await cloud.must(v.unknown(), 'POST', `${path}/actions/assign`, assignment)
    expect((await cloud.must(WithNet, 'GET', `/servers/${id}`)).server.public_net.ipv4).toMatchObject({ id: made.id })
    const second = await cloud.call('POST', '/primary_ips', { ...ORDER, name: 'second', assignee_id: id })
    expect(second.body).toMatchObject({ error: { code: 'server_has_ipv4' } })
    const dns = { ip: made.ip, dns_ptr: 'node.example.com' }
    await cloud.act(id, 'change_dns_ptr', dns)
    expect((await cloud.must(One, 'GET', path)).primary_ip).toMatchObject({ dns_ptr: [dns] })
    await cloud.must(v.unknown(), 'POST', `${path}/actions/change_dns_ptr`, { ip: made.ip, dns_ptr: null })
    expect(
      (await cloud.call('POST', `${path}/actions/change_dns_ptr`, { ip: '192.0.2.1', dns_ptr: null })).status,
    ).toBe(422)
    await cloud.must(v.unknown(), 'POST', `${path}/actions/unassign`)
    await cloud.must(v.unknown(), 'POST', `${path}/actions/change_protection`, { delete: true })
    expect((await cloud.call('DELETE', path)).status).toBe(423)
    const changed = await cloud.must(One, 'PUT', path, { name: 'renamed', auto_delete: true, labels: { c: 'd' } })
    expect(changed.primary_ip).toMatchObject({
      name: 'renamed',
      auto_delete: true,
      labels: { c: 'd' },
      assignee_id: null,
      protection: { delete: true },
      dns_ptr: [{ dns_ptr: 'static.1.2.42.127.clients.example.com' }],
    })
  })

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
