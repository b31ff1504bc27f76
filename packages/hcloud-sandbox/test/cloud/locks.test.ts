import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { createTestCloud, SERVER_ORDER, type TestCloud } from './fixture.ts'

const Made = v.looseObject({ id: v.number() })

/** A cloud in which actions with this command run until it closes. */
const createBusyCloud = (endless: string) =>
  createTestCloud({ failAction: (command) => (command === endless ? 'never ends' : undefined) })

/** Makes one of a kind, and gives its ID. */
async function make(cloud: TestCloud, path: string, key: string, order: object): Promise<number> {
  const made = await cloud.must(v.looseObject({ [key]: Made }), 'POST', path, order)
  return v.parse(Made, made[key]).id
}

/** What each of these requests is answered, in order: a status, and the code of an error. */
async function answersOf(cloud: TestCloud, ...requests: readonly (readonly [string, string, object?])[]) {
  const answers: string[] = []
  for (const [method, path, body] of requests) {
    const answer = await cloud.call(method, path, body)
    const { error } = v.parse(v.object({ error: v.optional(v.object({ code: v.string() })) }), answer.body)
    answers.push([answer.status, error?.code].join(' ').trim())
  }
  return answers
}

const LOCKED = '423 locked'

describe('while an action runs, what it is about cannot be had for another one', () => {
  test('a primary IP and its server', async () => {
    await using cloud = await createBusyCloud('assign_primary_ip')
    const [one, two] = [await bareServer(cloud, 'one'), await bareServer(cloud, 'two')]
    const order = { type: 'ipv4', location: 'fsn1' }
    const ip = await make(cloud, '/primary_ips', 'primary_ip', { ...order, name: 'ip' })
    const other = await make(cloud, '/primary_ips', 'primary_ip', { ...order, name: 'other' })
    const path = `/primary_ips/${ip}`
    const answers = await answersOf(
      cloud,
      ['POST', `${path}/actions/assign`, { assignee_id: one }],
      ['POST', `${path}/actions/assign`, { assignee_id: two }],
      ['POST', `/primary_ips/${other}/actions/assign`, { assignee_id: one }],
      ['POST', `${path}/actions/change_dns_ptr`, { ip: '127.42.3.1', dns_ptr: 'a.example.com' }],
      ['POST', `${path}/actions/change_protection`, { delete: true }],
      ['POST', '/primary_ips', { name: 'third', type: 'ipv4', assignee_id: one }],
      ['POST', '/servers', { ...SERVER_ORDER, name: 'three', public_net: { ipv4: ip } }],
    )
    expect(answers).toEqual(['201', ...Array.from({ length: 6 }, () => LOCKED)])
    expect((await cloud.call('DELETE', path)).status).toBe(423)
    expect((await cloud.call('GET', '/primary_ips?name=third')).body).toMatchObject({ primary_ips: [] })
    expect((await cloud.call('GET', '/servers?name=three')).body).toMatchObject({ servers: [] })
  })

  test('a volume and its server', async () => {
    await using cloud = await createBusyCloud('attach_volume')
    const [one, two] = [await bareServer(cloud, 'one'), await bareServer(cloud, 'two')]
    const volume = await make(cloud, '/volumes', 'volume', { name: 'store', size: 10, location: 'fsn1' })
    const path = `/volumes/${volume}`
    const answers = await answersOf(
      cloud,
      ['POST', `${path}/actions/attach`, { server: one }],
      ['POST', `${path}/actions/attach`, { server: two }],
      ['POST', `${path}/actions/resize`, { size: 20 }],
      ['POST', '/volumes', { name: 'other', size: 10, server: one }],
      ['POST', '/servers', { ...SERVER_ORDER, name: 'three', volumes: [volume] }],
      ['POST', `/servers/${one}/actions/poweron`],
    )
    expect(answers).toEqual(['201', ...Array.from({ length: 5 }, () => LOCKED)])
    expect((await cloud.call('DELETE', path)).status).toBe(423)
    expect((await cloud.call('GET', '/volumes?name=other')).body).toMatchObject({ volumes: [] })
  })

  test('a floating IP and its server', async () => {
    await using cloud = await createBusyCloud('assign_floating_ip')
    const [one, two] = [await bareServer(cloud, 'one'), await bareServer(cloud, 'two')]
    const ip = await make(cloud, '/floating_ips', 'floating_ip', { type: 'ipv4', home_location: 'fsn1' })
    const path = `/floating_ips/${ip}`
    const answers = await answersOf(
      cloud,
      ['POST', `${path}/actions/assign`, { server: one }],
      ['POST', `${path}/actions/assign`, { server: two }],
      ['POST', '/floating_ips', { type: 'ipv4', server: one }],
    )
    expect(answers).toEqual(['201', LOCKED, LOCKED])
    expect((await cloud.call('DELETE', path)).status).toBe(423)
  })

  test('a network, which says that it conflicts', async () => {
    await using cloud = await createBusyCloud('add_subnet')
    const network = await make(cloud, '/networks', 'network', { name: 'inner', ip_range: '10.0.0.0/16' })
    const subnet = { type: 'cloud', network_zone: 'eu-central' }
    const path = `/networks/${network}`
    const answers = await answersOf(
      cloud,
      ['POST', `${path}/actions/add_subnet`, subnet],
      ['POST', `${path}/actions/add_subnet`, subnet],
      ['DELETE', path],
    )
    expect(answers).toEqual(['201', '409 conflict', '409 conflict'])
  })
})

const bareServer = (cloud: TestCloud, name: string) => cloud.createServer({ name, public_net: { enable_ipv4: false } })
