import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { Action, Server } from '../support/wire.ts'
import { createTestCloud, ED25519_KEY, plainDisks, SERVER_ORDER } from './fixture.ts'

const Created = v.object({
  server: Server,
  action: Action,
  next_actions: v.array(Action),
  root_password: v.nullable(v.string()),
})
const One = v.object({ server: Server })

describe('POST /servers', () => {
  test('makes a stopped server with a disk and an address', async () => {
    await using cloud = await createTestCloud()
    const created = await cloud.must(Created, 'POST', '/servers', SERVER_ORDER)
    expect(created.server).toMatchObject({
      name: 'build',
      status: 'initializing',
      locked: true,
      primary_disk_size: 40,
      location: { name: 'fsn1' },
      created: '2026-08-01T12:00:00+00:00',
      public_net: { ipv4: { ip: '127.10.1.1' }, ipv6: { ip: '::ffff:7f0a:100/120' } },
    })
    expect(created.action).toMatchObject({ command: 'create_server', status: 'running', finished: null })
    expect(created.next_actions).toEqual([])
    expect(created.root_password).toMatch(/^\w{20}$/)
    const { server } = await cloud.must(One, 'GET', `/servers/${created.server.id}`)
    expect(server).toMatchObject({ status: 'off', locked: false })
    expect((await stat(join(cloud.stateDir, 'disks', `server-${server.id}.raw`))).size).toBe(64 * 1024)
    expect(cloud.boots).toEqual([])
  })

  test('starts a server unless told not to, with the keys in it and without a password', async () => {
    await using cloud = await createTestCloud()
    await cloud.must(v.unknown(), 'POST', '/ssh_keys', { name: 'key', public_key: ED25519_KEY })
    const order = { ...SERVER_ORDER, start_after_create: undefined, ssh_keys: ['key'] }
    const created = await cloud.must(Created, 'POST', '/servers', order)
    expect(created.next_actions).toMatchObject([{ command: 'start_server', status: 'running' }])
    expect(created.root_password).toBeNull()
    expect(cloud.boots).toMatchObject([
      {
        spec: { id: created.server.id, name: 'build', architecture: 'x86', address: '127.10.1.1', sshPort: 2222 },
        target: { system: 'disk', authorizedKeys: [ED25519_KEY] },
      },
    ])
    expect((await cloud.must(One, 'GET', `/servers/${created.server.id}`)).server.status).toBe('running')
  })

  test('takes IDs as numbers and as text, and picks the image of the right architecture', async () => {
    await using cloud = await createTestCloud()
    const order = { ...SERVER_ORDER, server_type: 45, image: 'debian-13', location: '3' }
    const { server } = await cloud.must(Created, 'POST', '/servers', order)
    expect(server).toMatchObject({ server_type: { name: 'cax11' }, location: { name: 'hel1' } })
    const other = { ...SERVER_ORDER, name: 'other', server_type: '114', image: 310557660 }
    expect((await cloud.must(Created, 'POST', '/servers', other)).server.server_type.name).toBe('cx23')
  })

  test('without a location takes the first that has the type in stock', async () => {
    await using cloud = await createTestCloud({ outOfStock: ['cx23@fsn1', '@nbg1'] })
    const { server } = await cloud.must(Created, 'POST', '/servers', { ...SERVER_ORDER, location: undefined })
    expect(server.location.name).toBe('hel1')
  })

  test('leaves out the addresses that are not wanted', async () => {
    await using cloud = await createTestCloud()
    const order = { ...SERVER_ORDER, public_net: { enable_ipv4: false, enable_ipv6: false } }
    const { server } = await cloud.must(Created, 'POST', '/servers', order)
    expect(server.public_net).toEqual({ ipv4: null, ipv6: null })
  })

  test.each([
    [{ name: 'under_score' }, 'name'],
    [{ name: '-dash' }, 'name'],
    [{ name: 'x'.repeat(64) }, 'name'],
    [{ name: undefined }, 'name'],
    [{ labels: { a: 'b:c' } }, 'labels'],
    [{ start_after_create: 'no' }, 'start_after_create'],
    [{ firewalls: [{ firewall: 1 }] }, 'firewalls'],
    [{ networks: [1] }, 'networks'],
    [{ public_net: { ipv4: 1 } }, 'public_net.ipv4'],
  ])('names the field that is wrong: %j', async (wrong, field) => {
    await using cloud = await createTestCloud()
    const answer = await cloud.call('POST', '/servers', { ...SERVER_ORDER, ...wrong })
    expect(answer.status).toBe(422)
    expect(answer.body).toMatchObject({ error: { code: 'invalid_input', details: { fields: [{ name: field }] } } })
  })

  test.each([
    [{ server_type: 'cx22' }, "server type 'cx22' not found"],
    [{ server_type: 'cx32' }, "server type 'cx32' is deprecated"],
    [{ server_type: 'cpx11' }, 'unsupported location for server type'],
    [{ location: 'ash' }, 'unsupported location for server type'],
    [{ location: 'moon' }, "location 'moon' not found"],
    [{ image: 'debian-1' }, "image 'debian-1' not found"],
    [{ image: 310557661 }, 'architecture of the image does not match the server type'],
    [{ ssh_keys: ['missing'] }, "SSH key 'missing' not found"],
  ])('refuses what does not exist or does not fit: %j', async (wrong, message) => {
    await using cloud = await createTestCloud()
    const answer = await cloud.call('POST', '/servers', { ...SERVER_ORDER, ...wrong })
    expect(answer).toMatchObject({ status: 422, body: { error: { code: 'invalid_input', message } } })
  })

  test('refuses a name that is taken, in the same project only', async () => {
    await using cloud = await createTestCloud()
    await cloud.createServer()
    const again = await cloud.call('POST', '/servers', SERVER_ORDER)
    expect(again).toMatchObject({ status: 409, body: { error: { code: 'uniqueness_error' } } })
    expect((await cloud.call('POST', '/servers', SERVER_ORDER, 'c'.repeat(64))).status).toBe(201)
  })

  test.each([['cx23'], ['cx23@fsn1'], ['@fsn1']])('out of stock: %s', async (entry) => {
    await using cloud = await createTestCloud({ outOfStock: [entry] })
    const answer = await cloud.call('POST', '/servers', SERVER_ORDER)
    expect(answer).toMatchObject({ status: 412, body: { error: { code: 'resource_unavailable' } } })
  })

  test.each([
    [{ servers: 1 }, 'server limit reached'],
    [{ primaryIps: 3 }, 'primary ip limit reached'],
  ])('keeps to the limits %j', async (limits, message) => {
    await using cloud = await createTestCloud({ limits })
    await cloud.createServer()
    const answer = await cloud.call('POST', '/servers', { ...SERVER_ORDER, name: 'second' })
    expect(answer).toMatchObject({ status: 403, body: { error: { code: 'resource_limit_exceeded', message } } })
  })

  test('a disk that cannot be made fails the action and the one after it', async () => {
    const disks = { ...plainDisks, createPlaceholderDisk: () => Promise.reject(new Error('no space left')) }
    await using cloud = await createTestCloud({ disks })
    const order = { ...SERVER_ORDER, start_after_create: true }
    const { server } = await cloud.must(Created, 'POST', '/servers', order)
    const { actions } = await cloud.must(v.object({ actions: v.array(Action) }), 'GET', `/servers/${server.id}/actions`)
    expect(actions.map(({ status, error }) => [status, error?.message])).toEqual([
      ['error', 'no space left'],
      ['error', 'the action before it has failed'],
    ])
  })
})
