import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { createTestCloud, OTHER_TOKEN, plainDisks, SERVER_ORDER, type TestCloud } from './fixture.ts'

const Firewall = v.looseObject({ id: v.number(), name: v.string() })
const One = v.object({ firewall: Firewall, actions: v.optional(v.array(v.looseObject({ command: v.string() })), []) })
const WithServer = v.object({
  server: v.looseObject({ public_net: v.looseObject({ firewalls: v.array(v.looseObject({ id: v.number() })) }) }),
})
const SSH = { direction: 'in', protocol: 'tcp', port: '22', source_ips: ['0.0.0.0/0', '::/0'] }

const toTarget = (id: number) => ({ type: 'server', server: { id } })

const make = async (cloud: TestCloud, change: object = {}) =>
  (await cloud.must(One, 'POST', '/firewalls', { name: 'wall', rules: [SSH], ...change })).firewall

const wallsOf = async (cloud: TestCloud, server: number) =>
  (await cloud.must(WithServer, 'GET', `/servers/${server}`)).server.public_net.firewalls.map(({ id }) => id)

describe('/firewalls', () => {
  test('are made, found, changed and deleted', async () => {
    await using cloud = await createTestCloud()
    const { id, ...made } = await make(cloud, { labels: { a: 'b' } })
    expect(made).toMatchObject({
      name: 'wall',
      labels: { a: 'b' },
      rules: [{ ...SSH, destination_ips: [], description: null }],
      applied_to: [],
    })
    const found = await cloud.must(v.object({ firewalls: v.array(Firewall) }), 'GET', '/firewalls?label_selector=a=b')
    expect(found.firewalls).toHaveLength(1)
    await cloud.must(One, 'PUT', `/firewalls/${id}`, { name: 'renamed' })
    await cloud.must(v.unknown(), 'POST', `/firewalls/${id}/actions/set_rules`, { rules: [] })
    expect((await cloud.must(One, 'GET', `/firewalls/${id}`)).firewall).toMatchObject({ name: 'renamed', rules: [] })
    expect((await cloud.call('GET', `/firewalls/${id}`, undefined, OTHER_TOKEN)).status).toBe(404)
    expect((await cloud.call('DELETE', `/firewalls/${id}`)).status).toBe(204)
    expect((await cloud.call('GET', `/firewalls/${id}`)).status).toBe(404)
  })

  test('have names of their own', async () => {
    await using cloud = await createTestCloud()
    await make(cloud)
    expect((await cloud.call('POST', '/firewalls', { name: 'wall' })).status).toBe(409)
  })

  test.each([
    [{ ...SSH, source_ips: [] }, 'rules.0'],
    [{ ...SSH, direction: 'out' }, 'rules.0'],
    [{ ...SSH, port: undefined }, 'rules.0'],
    [{ ...SSH, protocol: 'icmp' }, 'rules.0'],
    [{ ...SSH, port: '25-20' }, 'rules.0.port'],
    [{ ...SSH, port: '70000' }, 'rules.0.port'],
    [{ ...SSH, source_ips: ['10.0.0.0'] }, 'rules.0.source_ips.0'],
    [{ ...SSH, protocol: 'sctp' }, 'rules.0.protocol'],
  ])('are refused with the rule %j', async (rule, field) => {
    await using cloud = await createTestCloud()
    const answer = await cloud.call('POST', '/firewalls', { name: 'wall', rules: [rule] })
    expect(answer).toMatchObject({
      status: 422,
      body: { error: { code: 'invalid_input', details: { fields: [{ name: field }] } } },
    })
  })

  test('apply to servers by name and by label, and then cannot be deleted', async () => {
    await using cloud = await createTestCloud()
    const named = await make(cloud)
    const selector = { type: 'label_selector', label_selector: { selector: 'role=build' } }
    const selecting = await make(cloud, { name: 'selecting', apply_to: [selector] })
    const server = await cloud.createServer({ firewalls: [{ firewall: named.id }], labels: { role: 'build' } })
    expect(await wallsOf(cloud, server)).toEqual([named.id, selecting.id])
    expect((await cloud.must(One, 'GET', `/firewalls/${named.id}`)).firewall).toMatchObject({
      applied_to: [{ type: 'server', server: { id: server } }],
    })
    expect((await cloud.must(One, 'GET', `/firewalls/${selecting.id}`)).firewall).toMatchObject({
      applied_to: [{ ...selector, applied_to_resources: [{ type: 'server', server: { id: server } }] }],
    })
    for (const { id } of [named, selecting]) {
      expect(await cloud.call('DELETE', `/firewalls/${id}`)).toMatchObject({
        status: 422,
        body: { error: { code: 'resource_in_use' } },
      })
    }
    const path = `/firewalls/${selecting.id}/actions`
    await cloud.must(v.unknown(), 'POST', `${path}/remove_from_resources`, { remove_from: [selector] })
    expect(await wallsOf(cloud, server)).toEqual([named.id])
    const target = { type: 'server', server: { id: server } }
    await cloud.must(v.unknown(), 'POST', `${path}/apply_to_resources`, { apply_to: [target] })
    expect((await cloud.call('POST', `${path}/apply_to_resources`, { apply_to: [target] })).status).toBe(422)
    await cloud.must(v.unknown(), 'DELETE', `/servers/${server}`)
    expect((await cloud.call('DELETE', `/firewalls/${named.id}`)).status).toBe(204)
  })

  test('are refused for servers that are not there or have nothing public', async () => {
    await using cloud = await createTestCloud()
    const { id } = await make(cloud)
    const nowhere = { ...SERVER_ORDER, public_net: { enable_ipv4: false, enable_ipv6: false } }
    const bare = await cloud.createServer(nowhere)
    expect(await cloud.call('POST', '/servers', { ...SERVER_ORDER, firewalls: [{ firewall: 9 }] })).toMatchObject({
      status: 422,
      body: { error: { code: 'invalid_input' } },
    })
    const order = { ...nowhere, name: 'second', firewalls: [{ firewall: id }] }
    expect(await cloud.call('POST', '/servers', order)).toMatchObject({
      body: { error: { message: "invalid input in field 'firewalls': the server has no public network interface" } },
    })
    expect(await cloud.call('POST', '/firewalls', { name: 'bare', apply_to: [toTarget(bare)] })).toMatchObject({
      status: 422,
      body: { error: { code: 'incompatible_network_type' } },
    })
    const path = `/firewalls/${id}/actions/apply_to_resources`
    for (const [server, status, code] of [
      [bare, 422, 'private_net_only_server'],
      [7, 404, 'firewall_resource_not_found'],
    ] as const) {
      expect(await cloud.call('POST', path, { apply_to: [toTarget(server)] })).toMatchObject({
        status,
        body: { error: { code } },
      })
    }
  })

  test('are refused for a server that is named twice', async () => {
    await using cloud = await createTestCloud()
    const { id } = await make(cloud)
    const apply_to = Array.from({ length: 2 }, () => toTarget(40_000_001))
    await cloud.createServer()
    for (const [path, order, code] of [
      ['/firewalls', { name: 'other', apply_to }, 'server_already_added'],
      [`/firewalls/${id}/actions/apply_to_resources`, { apply_to }, 'firewall_already_applied'],
    ] as const) {
      expect(await cloud.call('POST', path, order)).toMatchObject({ status: 422, body: { error: { code } } })
    }
    expect((await cloud.call('GET', '/firewalls')).body).toMatchObject({ firewalls: [{ id, applied_to: [] }] })
  })

  test('stay at a server that a label selector covers, until it is named', async () => {
    await using cloud = await createTestCloud()
    const selector = { type: 'label_selector', label_selector: { selector: 'role=build' } }
    const { id } = await make(cloud, { apply_to: [selector] })
    const server = await cloud.createServer({ labels: { role: 'build' } })
    const act = (name: string, body: object) => cloud.call('POST', `/firewalls/${id}/actions/${name}`, body)
    const remove = () => act('remove_from_resources', { remove_from: [toTarget(server)] })
    const refused = { status: 422, body: { error: { code: 'firewall_managed_by_label_selector' } } }
    expect(await remove()).toMatchObject(refused)
    await act('apply_to_resources', { apply_to: [toTarget(server)] })
    expect((await remove()).status).toBe(201)
    expect(await remove()).toMatchObject(refused)
    expect(await wallsOf(cloud, server)).toEqual([id])
  })
})

describe('SSH behind a firewall', () => {
  test.each([
    [[SSH], true],
    [[{ ...SSH, port: '20-25' }], true],
    [[{ ...SSH, port: 'any' }], true],
    [[{ ...SSH, port: '2222' }], true],
    [[{ ...SSH, port: '80' }, SSH], true],
    [[], false],
    [[{ ...SSH, port: '80' }], false],
    [[{ ...SSH, protocol: 'udp' }], false],
    [[{ ...SSH, direction: 'out', source_ips: [], destination_ips: ['0.0.0.0/0'] }], false],
    [[{ ...SSH, source_ips: ['::/0'] }], false],
  ])('with the rules %j: %s', async (rules, gets) => {
    await using cloud = await createTestCloud()
    const { id } = await make(cloud, { rules })
    const server = await cloud.createServer({ firewalls: [{ firewall: id }], public_net: { enable_ipv6: false } })
    await cloud.act(server, 'poweron')
    expect(cloud.boots[0]?.target.addresses).toEqual(gets ? ['127.10.1.1'] : [])
  })

  test('gets through when one of several lets it in', async () => {
    await using cloud = await createTestCloud()
    const walls = [await make(cloud, { rules: [] }), await make(cloud, { name: 'open' })]
    const server = await cloud.createServer({ firewalls: walls.map(({ id }) => ({ firewall: id })) })
    await cloud.act(server, 'poweron')
    expect(cloud.boots[0]?.target.addresses).toEqual(['127.10.1.1'])
  })
})

describe('Talos behind a firewall', () => {
  test.each([
    [[{ ...SSH, port: '50000' }], true],
    [[{ ...SSH, port: 'any' }], true],
    [[{ ...SSH, port: '5022' }], true],
    [[SSH], false],
    [[], false],
  ])('with the rules %j: %s', async (rules, gets) => {
    await using cloud = await createTestCloud({ disks: { ...plainDisks, readTalosDisk: async () => UNBOOTABLE } })
    const { id } = await make(cloud, { rules })
    const server = await cloud.createServer({ firewalls: [{ firewall: id }], public_net: { enable_ipv6: false } })
    await cloud.act(server, 'poweron')
    expect(cloud.boots).toMatchObject([{ target: { talos: UNBOOTABLE, talosAddresses: gets ? ['127.10.1.1'] : [] } }])
  })
})

/** One that takes no port. */
const UNBOOTABLE = {
  version: 'v1.13.9',
  schematicId: '0'.repeat(64),
  extensions: [],
  architecture: 'x86',
  platform: 'hcloud',
  answers: 'version',
  boots: false,
} as const
