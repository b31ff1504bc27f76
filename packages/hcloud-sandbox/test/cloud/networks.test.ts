import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { createTestCloud, OTHER_TOKEN, SERVER_ORDER, type TestCloud } from './fixture.ts'

const Network = v.looseObject({ id: v.number(), name: v.string(), servers: v.array(v.number()) })
const One = v.object({ network: Network })
const WithServer = v.object({
  server: v.looseObject({
    id: v.number(),
    private_net: v.array(v.looseObject({ network: v.number(), ip: v.string() })),
  }),
  next_actions: v.optional(v.array(v.looseObject({ command: v.string() })), []),
})
const SUBNET = { type: 'cloud', network_zone: 'eu-central' }
const ORDER = { name: 'inner', ip_range: '10.0.0.0/16', subnets: [SUBNET] }

const make = async (cloud: TestCloud, change: object = {}) =>
  (await cloud.must(One, 'POST', '/networks', { ...ORDER, ...change })).network

describe('/networks', () => {
  test('are made, found, changed and deleted', async () => {
    await using cloud = await createTestCloud()
    const routes = [{ destination: '0.0.0.0/0', gateway: '10.0.0.2' }]
    const { id, ...made } = await make(cloud, { labels: { a: 'b' }, routes })
    expect(made).toMatchObject({
      name: 'inner',
      ip_range: '10.0.0.0/16',
      subnets: [{ type: 'cloud', ip_range: '10.0.0.0/24', network_zone: 'eu-central', gateway: '10.0.0.1' }],
      routes,
      servers: [],
      labels: { a: 'b' },
    })
    await make(cloud, { name: 'other' })
    const found = await cloud.must(v.object({ networks: v.array(Network) }), 'GET', '/networks?name=inner')
    expect(found.networks.map((one) => one.id)).toEqual([id])
    await cloud.must(One, 'PUT', `/networks/${id}`, { name: 'renamed', labels: {} })
    expect((await cloud.must(One, 'GET', `/networks/${id}`)).network).toMatchObject({ name: 'renamed', labels: {} })
    expect((await cloud.call('GET', `/networks/${id}`, undefined, OTHER_TOKEN)).status).toBe(404)
    expect((await cloud.call('DELETE', `/networks/${id}`)).status).toBe(204)
    expect((await cloud.call('GET', `/networks/${id}`)).status).toBe(404)
  })

  test('get subnets and routes by actions', async () => {
    await using cloud = await createTestCloud()
    const { id } = await make(cloud)
    const other = { ...SUBNET, network_zone: 'us-east', ip_range: '10.0.64.0/20' }
    await cloud.must(v.unknown(), 'POST', `/networks/${id}/actions/add_subnet`, other)
    await cloud.must(v.unknown(), 'POST', `/networks/${id}/actions/add_subnet`, SUBNET)
    await cloud.must(v.unknown(), 'POST', `/networks/${id}/actions/add_route`, {
      destination: '0.0.0.0/0',
      gateway: '10.0.1.2',
    })
    expect((await cloud.must(One, 'GET', `/networks/${id}`)).network).toMatchObject({
      subnets: [{ ip_range: '10.0.0.0/24' }, { ip_range: '10.0.64.0/20' }, { ip_range: '10.0.1.0/24' }],
      routes: [{ gateway: '10.0.1.2' }],
    })
  })

  test('lose them again, grow, and can be protected', async () => {
    await using cloud = await createTestCloud()
    const route = { destination: '0.0.0.0/0', gateway: '10.0.0.2' }
    const { id } = await make(cloud, { routes: [route], subnets: [{ ...SUBNET, type: 'server' }] })
    const act = (name: string, body: object) => cloud.call('POST', `/networks/${id}/actions/${name}`, body)
    const server = await cloud.createServer({ networks: [id] })
    expect(await act('delete_subnet', { ip_range: '10.0.0.0/24' })).toMatchObject({
      status: 422,
      body: { error: { code: 'service_error' } },
    })
    await cloud.act(server, 'detach_from_network', { network: id })
    for (const [name, body] of [
      ['delete_subnet', { ip_range: '10.0.0.0/24' }],
      ['delete_route', route],
    ] as const) {
      expect((await act(name, body)).status).toBe(201)
      await cloud.cloud.idle()
      expect((await act(name, body)).status).toBe(404)
    }
    expect((await act('change_ip_range', { ip_range: '10.0.0.0/17' })).status).toBe(422)
    await act('change_ip_range', { ip_range: '10.0.0.0/8' })
    await cloud.cloud.idle()
    await act('change_protection', { delete: true })
    await cloud.cloud.idle()
    expect((await cloud.call('DELETE', `/networks/${id}`)).status).toBe(423)
    await cloud.must(One, 'PUT', `/networks/${id}`, { expose_routes_to_vswitch: true })
    expect((await cloud.must(One, 'GET', `/networks/${id}`)).network).toMatchObject({
      ip_range: '10.0.0.0/8',
      subnets: [],
      routes: [],
      protection: { delete: true },
      expose_routes_to_vswitch: true,
    })
  })

  test.each([
    [{ ip_range: '8.8.0.0/16' }, 'ip_range'],
    [{ ip_range: '10.0.0.0/25' }, 'ip_range'],
    [{ ip_range: '10.0.0.1/16' }, 'ip_range'],
    [{ ip_range: 'wide' }, 'ip_range'],
    [{ subnets: [{ ...SUBNET, ip_range: '10.1.0.0/24' }] }, 'ip_range'],
    [{ subnets: [{ ...SUBNET, ip_range: '10.0.0.0/31' }] }, 'ip_range'],
    [{ subnets: [SUBNET, { ...SUBNET, ip_range: '10.0.0.128/25' }] }, 'ip_range'],
    [{ subnets: [{ ...SUBNET, network_zone: 'mars' }] }, 'subnets.0.network_zone'],
    [{ name: '' }, 'name'],
  ])('are refused when they are wrong: %j', async (wrong, field) => {
    await using cloud = await createTestCloud()
    const answer = await cloud.call('POST', '/networks', { ...ORDER, ...wrong })
    expect(answer).toMatchObject({
      status: 422,
      body: { error: { code: 'invalid_input', details: { fields: [{ name: field }] } } },
    })
  })

  test('have names of their own', async () => {
    await using cloud = await createTestCloud()
    await make(cloud)
    expect((await cloud.call('POST', '/networks', ORDER)).status).toBe(409)
  })
})

describe('a server in networks', () => {
  test('gets an address in each when it is attached, and gives it back', async () => {
    await using cloud = await createTestCloud()
    const [one, two] = [await make(cloud), await make(cloud, { name: 'loop', ip_range: '127.200.0.0/16' })]
    const order = { ...SERVER_ORDER, networks: [two.id, one.id] }
    const made = await cloud.must(WithServer, 'POST', '/servers', order)
    expect(made.server.private_net).toEqual([])
    expect(made.next_actions.map(({ command }) => command)).toEqual(['attach_to_network', 'attach_to_network'])
    const { id } = made.server
    const ipsOf = async (server: number) =>
      (await cloud.must(WithServer, 'GET', `/servers/${server}`)).server.private_net.map(({ ip }) => ip)
    expect(await ipsOf(id)).toEqual(['127.200.0.2', '10.0.0.2'])
    const second = await cloud.createServer({ name: 'second', networks: [one.id] })
    expect(await ipsOf(second)).toEqual(['10.0.0.3'])
    expect((await cloud.must(One, 'GET', `/networks/${one.id}`)).network.servers).toEqual([id, second])
    await cloud.must(v.unknown(), 'DELETE', `/servers/${id}`)
    expect(await ipsOf(await cloud.createServer({ name: 'third', networks: [one.id] }))).toEqual(['10.0.0.2'])
    await cloud.must(v.unknown(), 'DELETE', `/networks/${one.id}`)
    expect(await ipsOf(second)).toEqual([])
  })

  test('joins and leaves by actions, with an address of its choice', async () => {
    await using cloud = await createTestCloud()
    const subnets = [SUBNET, { ...SUBNET, ip_range: '10.0.8.0/24' }]
    const { id } = await make(cloud, { subnets })
    const [one, two] = [await cloud.createServer(), await cloud.createServer({ name: 'two' })]
    const netsOf = async (server: number) =>
      (await cloud.must(WithServer, 'GET', `/servers/${server}`)).server.private_net
    expect(
      await cloud.act(one, 'attach_to_network', { network: id, ip: '10.0.0.7', alias_ips: ['10.0.0.8'] }),
    ).toMatchObject({
      status: 'success',
      resources: [
        { type: 'server', id: one },
        { type: 'network', id },
      ],
    })
    expect(await netsOf(one)).toMatchObject([{ network: id, ip: '10.0.0.7', alias_ips: ['10.0.0.8'] }])
    const refusal = async (server: number, body: object) =>
      (await cloud.call('POST', `/servers/${server}/actions/attach_to_network`, body)).body
    expect(await refusal(one, { network: id })).toMatchObject({ error: { code: 'server_already_attached' } })
    expect(await refusal(two, { network: id, ip: '10.0.0.8' })).toMatchObject({ error: { code: 'ip_not_available' } })
    for (const alias of ['10.0.0.7', '10.0.0.8', '10.0.0.1', '10.1.0.1', '10.0.255.255']) {
      expect(await refusal(two, { network: id, alias_ips: ['10.0.0.9', alias] })).toMatchObject({
        error: { code: 'ip_not_available', message: `IP '${alias}' is not available` },
      })
    }
    expect(await refusal(two, { network: id, ip: '10.0.0.9', alias_ips: ['10.0.0.9'] })).toMatchObject({
      error: { code: 'ip_not_available' },
    })
    expect(await refusal(two, { network: id, ip_range: '10.0.9.0/24' })).toMatchObject({
      error: { code: 'no_subnet_available' },
    })
    await cloud.act(two, 'attach_to_network', { network: id, ip_range: '10.0.8.0/24', alias_ips: ['10.0.8.1'] })
    expect(await netsOf(two)).toMatchObject([{ ip: '10.0.8.2', alias_ips: ['10.0.8.1'] }])
    const wide = await make(cloud, { name: 'wide', ip_range: '10.0.0.0/8' })
    expect(await refusal(two, { network: wide.id })).toMatchObject({ error: { code: 'networks_overlap' } })
    await cloud.act(one, 'change_alias_ips', { network: id, alias_ips: [] })
    expect(await netsOf(one)).toMatchObject([{ ip: '10.0.0.7', alias_ips: [] }])
    await cloud.act(one, 'detach_from_network', { network: id })
    expect(await netsOf(one)).toEqual([])
    expect((await cloud.call('POST', `/servers/${one}/actions/detach_from_network`, { network: id })).status).toBe(404)
  })

  test('cannot join one that is not there, or does not reach it', async () => {
    await using cloud = await createTestCloud()
    const { id } = await make(cloud, { subnets: [{ ...SUBNET, network_zone: 'us-east' }] })
    expect(await cloud.call('POST', '/servers', { ...SERVER_ORDER, networks: [id] })).toMatchObject({
      status: 422,
      body: {
        error: { message: "invalid input in field 'networks': network 'inner' has no free address in eu-central" },
      },
    })
    expect(await cloud.call('POST', '/servers', { ...SERVER_ORDER, networks: [7] })).toMatchObject({
      status: 422,
      body: { error: { code: 'invalid_input' } },
    })
  })

  test('answers there, and at its public address only if it has one', async () => {
    await using cloud = await createTestCloud()
    const inner = await make(cloud)
    const loop = await make(cloud, { name: 'loop', ip_range: '127.200.0.0/24' })
    const networks = [inner.id, loop.id]
    const both = await cloud.createServer({ networks })
    const bare = await cloud.createServer({
      name: 'bare',
      networks,
      public_net: { enable_ipv4: false, enable_ipv6: false },
    })
    for (const id of [both, bare]) await cloud.act(id, 'poweron')
    expect(cloud.boots.map(({ target }) => target.addresses)).toEqual([['127.10.1.1', '127.200.0.2'], ['127.200.0.3']])
  })
})
