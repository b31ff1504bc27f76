import * as v from 'valibot'
import { expect, test } from 'vitest'
import { createTestCloud } from './fixture.ts'

const One = v.object({ floating_ip: v.looseObject({ id: v.number(), ip: v.string() }) })

test('floating IPs are made, assigned, changed, unassigned and deleted', async () => {
  await using cloud = await createTestCloud()
  const server = await cloud.createServer()
  const order = { type: 'ipv4', home_location: 'fsn1', name: 'front', description: 'first', labels: { a: 'b' } }
  const { id, ip } = (await cloud.must(One, 'POST', '/floating_ips', order)).floating_ip
  const path = `/floating_ips/${id}`
  const act = (name: string, body?: object) => cloud.must(v.unknown(), 'POST', `${path}/actions/${name}`, body)
  await act('assign', { server })
  expect((await cloud.call('GET', `/servers/${server}`)).body).toMatchObject({
    server: { public_net: { floating_ips: [id] } },
  })
  const dns = { ip, dns_ptr: 'front.example.com' }
  await act('change_dns_ptr', dns)
  await cloud.must(One, 'PUT', path, { name: 'renamed', description: 'second', labels: {} })
  expect((await cloud.must(One, 'GET', path)).floating_ip).toMatchObject({
    name: 'renamed',
    description: 'second',
    server,
    dns_ptr: [dns],
    home_location: { name: 'fsn1' },
  })
  await act('unassign')
  await act('change_protection', { delete: true })
  expect((await cloud.call('DELETE', path)).status).toBe(423)
  await act('change_protection', { delete: false })
  const other = await cloud.must(One, 'POST', '/floating_ips', { type: 'ipv6', server })
  expect(other.floating_ip).toMatchObject({ name: expect.stringContaining('floating_ip-') })
  await cloud.must(v.unknown(), 'DELETE', `/servers/${server}`)
  expect((await cloud.call('GET', `/floating_ips/${other.floating_ip.id}`)).body).toMatchObject({
    floating_ip: { server: null },
  })
  expect((await cloud.call('DELETE', path)).status).toBe(204)
})
