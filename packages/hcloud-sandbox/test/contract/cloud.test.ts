import { generateKeyPairSync } from 'node:crypto'
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { COVERAGE } from 'hcloud-sandbox'
import { describe, expect, test } from 'vitest'
import {
  createTestCloud,
  ED25519_KEY,
  OTHER_TOKEN,
  READ_ONLY_TOKEN,
  SERVER_ORDER,
  type TestCloud,
} from '../cloud/fixture.ts'
import { createOpenApiJudge } from '../openapi/judge.ts'
import { createVerdict, judgeRecord } from '../openapi/verdict.ts'

const judge = createOpenApiJudge()

describe('the emulated cloud answers as documented', () => {
  /** Sends a request; the cloud of tests holds each answer against the document. */
  async function answers(
    cloud: TestCloud,
    method: string,
    path: string,
    status: number,
    body?: unknown,
    token?: string,
  ) {
    const answer = await cloud.call(method, path, body, token)
    await cloud.cloud.idle()
    expect(`${method} ${path} ${answer.status}`).toBe(`${method} ${path} ${status}`)
  }

  test('what is there before anything was made', async () => {
    await using cloud = await createTestCloud()
    const lists = ['servers', 'images', 'ssh_keys', 'server_types', 'locations', 'primary_ips', 'isos', 'firewalls']
    for (const list of [...lists, 'networks', 'volumes', 'placement_groups', 'servers/actions', 'images/actions']) {
      await answers(cloud, 'GET', `/${list}`, 200)
    }
    await answers(cloud, 'GET', '/pricing', 200)
    await answers(cloud, 'GET', '/images?include_deprecated=true&architecture=arm', 200)
    await answers(cloud, 'GET', '/locations/1', 200)
    await answers(cloud, 'GET', '/primary_ips/1', 404)
    await answers(cloud, 'GET', '/server_types/45', 200)
  })

  test('the life of a placement group', async () => {
    await using cloud = await createTestCloud()
    const group = '/placement_groups/1000001'
    await answers(cloud, 'POST', '/placement_groups', 201, { name: 'apart', type: 'spread', labels: { a: 'b' } })
    await answers(cloud, 'POST', '/placement_groups', 409, { name: 'apart', type: 'spread' })
    await answers(cloud, 'POST', '/placement_groups', 422, { name: 'other', type: 'together' })
    await answers(cloud, 'GET', '/placement_groups?name=apart&type=spread&label_selector=a', 200)
    await answers(cloud, 'GET', group, 200)
    await answers(cloud, 'PUT', group, 200, { name: 'further apart', labels: {} })
    await answers(cloud, 'DELETE', group, 204)
    await answers(cloud, 'GET', group, 404)
  })

  test('the life of a server, its key and its snapshot', async () => {
    await using cloud = await createTestCloud()
    await answers(cloud, 'POST', '/ssh_keys', 201, { name: 'key', public_key: ED25519_KEY, labels: { a: 'b' } })
    await answers(cloud, 'GET', '/ssh_keys/20000001', 200)
    await answers(cloud, 'PUT', '/ssh_keys/20000001', 200, { name: 'renamed', labels: {} })
    await answers(cloud, 'POST', '/servers', 201, { ...SERVER_ORDER, ssh_keys: ['renamed'] })
    const running = { ...SERVER_ORDER, name: 'running', start_after_create: true, public_net: { enable_ipv4: false } }
    await answers(cloud, 'POST', '/servers', 201, running)
    const server = '/servers/40000001'
    for (const action of ['poweron', 'reboot', 'reset', 'shutdown', 'poweroff', 'disable_rescue']) {
      await answers(cloud, 'POST', `${server}/actions/${action}`, 201)
    }
    await answers(cloud, 'POST', `${server}/actions/enable_rescue`, 201, { type: 'linux64', ssh_keys: [20000001] })
    await answers(cloud, 'POST', `${server}/actions/change_protection`, 201, { delete: true, rebuild: true })
    await answers(cloud, 'DELETE', server, 423)
    await answers(cloud, 'POST', `${server}/actions/change_protection`, 201, { delete: false, rebuild: false })
    await answers(cloud, 'POST', `${server}/actions/create_image`, 201, {
      description: 'snap',
      labels: { os: 'talos' },
    })
    const image = '/images/400000001'
    await answers(cloud, 'GET', image, 200)
    await answers(cloud, 'GET', `${image}/actions`, 200)
    await answers(cloud, 'GET', '/images?type=snapshot&label_selector=os=talos', 200)
    await answers(cloud, 'PUT', image, 200, { description: 'new', labels: { os: 'talos' } })
    await answers(cloud, 'POST', `${image}/actions/change_protection`, 201, { delete: false })
    await answers(cloud, 'POST', '/servers', 201, { ...SERVER_ORDER, name: 'copy', image: '400000001' })
    await answers(cloud, 'GET', server, 200)
    await answers(cloud, 'GET', '/primary_ips?sort=created:desc', 200)
    await answers(cloud, 'GET', '/primary_ips/90000001', 200)
    await answers(cloud, 'GET', '/servers?sort=name:desc&status=off', 200)
    await answers(cloud, 'PUT', server, 200, { name: 'other', labels: { a: 'b' } })
    await answers(cloud, 'GET', `${server}/actions`, 200)
    await answers(cloud, 'GET', `${server}/actions/600000001`, 200)
    await answers(cloud, 'GET', '/servers/actions/600000001', 200)
    await answers(cloud, 'GET', '/actions?id=600000001&id=600000002', 200)
    await answers(cloud, 'GET', '/actions/600000001', 200)
    await answers(cloud, 'DELETE', server, 200)
    await answers(cloud, 'DELETE', image, 204)
    await answers(cloud, 'DELETE', '/ssh_keys/20000001', 204)
  })

  test('networks and firewalls, and a server with them', async () => {
    await using cloud = await createTestCloud()
    const subnet = { type: 'cloud', network_zone: 'eu-central' }
    const route = { destination: '0.0.0.0/0', gateway: '10.0.0.2' }
    await answers(cloud, 'POST', '/networks', 201, { name: 'net', ip_range: '10.0.0.0/16', subnets: [subnet] })
    const network = '/networks/4000001'
    await answers(cloud, 'POST', `${network}/actions/add_subnet`, 201, subnet)
    await answers(cloud, 'POST', `${network}/actions/add_route`, 201, route)
    const rules = [{ direction: 'in', protocol: 'tcp', port: '22', source_ips: ['0.0.0.0/0'] }]
    const selector = { type: 'label_selector', label_selector: { selector: 'a=b' } }
    await answers(cloud, 'POST', '/firewalls', 201, { name: 'wall', rules, apply_to: [selector] })
    const firewall = '/firewalls/2000001'
    await answers(cloud, 'POST', `${firewall}/actions/set_rules`, 201, { rules })
    const order = { networks: [4_000_001], firewalls: [{ firewall: 2_000_001 }], labels: { a: 'b' } }
    await answers(cloud, 'POST', '/servers', 201, { ...SERVER_ORDER, ...order })
    for (const path of ['/servers/40000001', '/networks', network, '/firewalls', firewall]) {
      await answers(cloud, 'GET', path, 200)
    }
    for (const path of ['/networks/actions', '/firewalls/actions', `${network}/actions`, `${firewall}/actions`]) {
      await answers(cloud, 'GET', path, 200)
    }
    const target = { type: 'server', server: { id: 40_000_001 } }
    await answers(cloud, 'POST', `${firewall}/actions/apply_to_resources`, 422, { apply_to: [selector] })
    await answers(cloud, 'DELETE', firewall, 422)
    await answers(cloud, 'POST', `${firewall}/actions/remove_from_resources`, 201, { remove_from: [target, selector] })
    await answers(cloud, 'POST', `${firewall}/actions/apply_to_resources`, 201, { apply_to: [target] })
    await answers(cloud, 'POST', `${firewall}/actions/remove_from_resources`, 201, { remove_from: [target] })
    await answers(cloud, 'PUT', network, 200, { name: 'renamed' })
    await answers(cloud, 'PUT', firewall, 200, { labels: {} })
    await answers(cloud, 'DELETE', network, 204)
    await answers(cloud, 'DELETE', firewall, 204)
    await answers(cloud, 'POST', '/servers', 422, { ...SERVER_ORDER, name: 'two', networks: [4_000_001] })
  })

  test('refusals', async () => {
    await using cloud = await createTestCloud({ outOfStock: ['cax11'], limits: { servers: 1 } })
    await answers(cloud, 'POST', '/servers', 400, '{"name":')
    await answers(cloud, 'GET', '/servers', 401, undefined, 'wrong')
    await answers(cloud, 'POST', '/servers', 401, SERVER_ORDER, READ_ONLY_TOKEN)
    await answers(cloud, 'GET', '/servers/1', 404, undefined, OTHER_TOKEN)
    await answers(cloud, 'GET', '/nonsense', 501)
    await answers(cloud, 'PUT', '/servers', 501)
    await answers(cloud, 'GET', '/datacenters', 410)
    await answers(cloud, 'GET', '/actions', 410)
    await answers(cloud, 'DELETE', '/images/310557660', 403)
    await answers(cloud, 'POST', '/servers', 412, { ...SERVER_ORDER, server_type: 'cax11' })
    await answers(cloud, 'POST', '/servers', 422, { ...SERVER_ORDER, name: 'no_host' })
    await answers(cloud, 'POST', '/servers', 201, SERVER_ORDER)
    await answers(cloud, 'POST', '/servers', 409, SERVER_ORDER)
    await answers(cloud, 'POST', '/servers', 403, { ...SERVER_ORDER, name: 'second' })
    await answers(cloud, 'POST', '/servers/40000001/actions/create_image', 422, { type: 'backup' })
    const public_key = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' })
    await answers(cloud, 'POST', '/ssh_keys', 422, { name: 'pem', public_key })
  })

  test('everything in the list of what there is, is documented', () => {
    const documented = new Set(judge.operations)
    const others = Object.keys(COVERAGE).filter((operation) => !documented.has(operation))
    expect(others.filter((operation) => !judge.isLeftOut(operation))).toEqual([])
  })

  test('too many requests', async () => {
    await using cloud = await createTestCloud({ rateLimit: { limit: 1, perSecond: 1 } })
    await answers(cloud, 'GET', '/servers', 200)
    await answers(cloud, 'GET', '/servers', 429)
  })
})

describe('the judge', () => {
  test('sees what is wrong with an answer', () => {
    expect(judge.check('GET', '/v1/ssh_keys/1', 200, { ssh_key: { id: '1' } })).toContain(
      'GET /v1/ssh_keys/1 200: /ssh_key/id must be integer',
    )
    expect(judge.check('GET', '/nonsense', 200, {})).toEqual(['GET /nonsense 200: the document has no such operation'])
    expect(judge.check('DELETE', '/images/1', 204, {})).toEqual(['DELETE /images/1 204: the answer must have no body'])
    expect(judge.check('GET', '/images/1', 404, { error: { code: 'locked', message: '' } })).toEqual([
      'GET /images/1 404: the error code locked belongs to status 423',
    ])
  })
  const WRONG = { method: 'GET', path: '/ssh_keys/1', status: 200, body: { ssh_key: { id: '1' } } }

  test('makes a test fail in the end, and says once what was wrong', () => {
    const verdict = createVerdict()
    verdict.onAnswer({ method: 'GET', path: '/servers', status: 404, body: { error: { code: 'not_found' } } })
    verdict.onAnswer(WRONG)
    verdict.onAnswer(WRONG)
    const [title, ...problems] = messageOf(() => verdict.speak()).split('\n')
    expect(title).toBe('the emulated cloud has answered otherwise than documented:')
    expect(problems.filter((problem) => problem === '  GET /ssh_keys/1 200: /ssh_key/id must be integer')).toHaveLength(
      1,
    )
  })

  test('reads what a command has recorded', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'talos-image-record-'))
    const file = join(folder, 'answers.jsonl')
    try {
      await expect(judgeRecord(file)).resolves.toBeUndefined()
      await writeFile(file, `${JSON.stringify({ method: 'DELETE', path: '/ssh_keys/1', status: 204 })}\n`)
      await expect(judgeRecord(file)).resolves.toBeUndefined()
      await appendFile(file, `${JSON.stringify(WRONG)}\n`)
      await expect(judgeRecord(file)).rejects.toThrow('/ssh_key/id must be integer')
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

function messageOf(fail: () => void): string {
  try {
    fail()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  throw new Error('it did not fail')
}
