import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { COVERAGE } from '../../src/sandbox/cloud/coverage.ts'
import {
  createTestCloud,
  ED25519_KEY,
  OTHER_TOKEN,
  READ_ONLY_TOKEN,
  SERVER_ORDER,
  type TestCloud,
} from '../unit/sandbox/cloud/fixture.ts'
import { createOpenApiJudge, NO_DOCUMENT } from './openapi.ts'

const judge = createOpenApiJudge()
if (judge === undefined) process.stderr.write(`${NO_DOCUMENT}\n`)

describe.skipIf(judge === undefined)('the emulated cloud answers as documented', () => {
  /** Sends a request and holds the answer against the document. */
  async function judged(
    cloud: TestCloud,
    method: string,
    path: string,
    status: number,
    body?: unknown,
    token?: string,
  ) {
    const answer = await cloud.call(method, path, body, token)
    await cloud.cloud.idle()
    const [bare = ''] = path.split('?')
    expect(judge?.check(method, bare, answer.status, answer.body)).toEqual([])
    expect(`${method} ${path} ${answer.status}`).toBe(`${method} ${path} ${status}`)
    return answer.body
  }

  test('what is there before anything was made', async () => {
    await using cloud = await createTestCloud()
    const lists = ['servers', 'images', 'ssh_keys', 'server_types', 'locations', 'primary_ips', 'isos', 'firewalls']
    for (const list of [...lists, 'networks', 'volumes', 'placement_groups', 'servers/actions', 'images/actions']) {
      await judged(cloud, 'GET', `/${list}`, 200)
    }
    await judged(cloud, 'GET', '/pricing', 200)
    await judged(cloud, 'GET', '/images?include_deprecated=true&architecture=arm', 200)
    await judged(cloud, 'GET', '/locations/1', 200)
    await judged(cloud, 'GET', '/server_types/45', 200)
  })

  test('the life of a server, its key and its snapshot', async () => {
    await using cloud = await createTestCloud()
    await judged(cloud, 'POST', '/ssh_keys', 201, { name: 'key', public_key: ED25519_KEY, labels: { a: 'b' } })
    await judged(cloud, 'GET', '/ssh_keys/20000001', 200)
    await judged(cloud, 'PUT', '/ssh_keys/20000001', 200, { name: 'renamed', labels: {} })
    await judged(cloud, 'POST', '/servers', 201, { ...SERVER_ORDER, ssh_keys: ['renamed'] })
    const running = { ...SERVER_ORDER, name: 'running', start_after_create: true, public_net: { enable_ipv4: false } }
    await judged(cloud, 'POST', '/servers', 201, running)
    const server = '/servers/40000001'
    for (const action of ['poweron', 'reboot', 'reset', 'shutdown', 'poweroff', 'disable_rescue']) {
      await judged(cloud, 'POST', `${server}/actions/${action}`, 201)
    }
    await judged(cloud, 'POST', `${server}/actions/enable_rescue`, 201, { type: 'linux64', ssh_keys: [20000001] })
    await judged(cloud, 'POST', `${server}/actions/change_protection`, 201, { delete: true, rebuild: true })
    await judged(cloud, 'DELETE', server, 423)
    await judged(cloud, 'POST', `${server}/actions/change_protection`, 201, { delete: false, rebuild: false })
    await judged(cloud, 'POST', `${server}/actions/create_image`, 201, { description: 'snap', labels: { os: 'talos' } })
    const image = '/images/400000001'
    await judged(cloud, 'GET', image, 200)
    await judged(cloud, 'GET', `${image}/actions`, 200)
    await judged(cloud, 'GET', '/images?type=snapshot&label_selector=os=talos', 200)
    await judged(cloud, 'PUT', image, 200, { description: 'new', labels: { os: 'talos' } })
    await judged(cloud, 'POST', `${image}/actions/change_protection`, 201, { delete: false })
    await judged(cloud, 'POST', '/servers', 201, { ...SERVER_ORDER, name: 'copy', image: '400000001' })
    await judged(cloud, 'GET', server, 200)
    await judged(cloud, 'GET', '/servers?sort=name:desc&status=off', 200)
    await judged(cloud, 'PUT', server, 200, { name: 'other', labels: { a: 'b' } })
    await judged(cloud, 'GET', `${server}/actions`, 200)
    await judged(cloud, 'GET', `${server}/actions/600000001`, 200)
    await judged(cloud, 'GET', '/servers/actions/600000001', 200)
    await judged(cloud, 'GET', '/actions?id=600000001&id=600000002', 200)
    await judged(cloud, 'GET', '/actions/600000001', 200)
    await judged(cloud, 'DELETE', server, 200)
    await judged(cloud, 'DELETE', image, 204)
    await judged(cloud, 'DELETE', '/ssh_keys/20000001', 204)
  })

  test('refusals', async () => {
    await using cloud = await createTestCloud({ outOfStock: ['cax11'], limits: { servers: 1 } })
    await judged(cloud, 'POST', '/servers', 400, '{"name":')
    await judged(cloud, 'GET', '/servers', 401, undefined, 'wrong')
    await judged(cloud, 'POST', '/servers', 401, SERVER_ORDER, READ_ONLY_TOKEN)
    await judged(cloud, 'GET', '/servers/1', 404, undefined, OTHER_TOKEN)
    await judged(cloud, 'GET', '/nonsense', 404)
    await judged(cloud, 'GET', '/datacenters', 410)
    await judged(cloud, 'GET', '/actions', 410)
    await judged(cloud, 'DELETE', '/images/310557660', 403)
    await judged(cloud, 'POST', '/servers', 412, { ...SERVER_ORDER, server_type: 'cax11' })
    await judged(cloud, 'POST', '/servers', 422, { ...SERVER_ORDER, name: 'no_host' })
    await judged(cloud, 'POST', '/servers', 201, SERVER_ORDER)
    await judged(cloud, 'POST', '/servers', 409, SERVER_ORDER)
    await judged(cloud, 'POST', '/servers', 403, { ...SERVER_ORDER, name: 'second' })
    await judged(cloud, 'POST', '/servers/40000001/actions/create_image', 422, { type: 'backup' })
    const public_key = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' })
    await judged(cloud, 'POST', '/ssh_keys', 422, { name: 'pem', public_key })
  })

  test('everything in the list of what there is, is documented', () => {
    const documented = new Set(judge?.operations)
    expect(Object.keys(COVERAGE).filter((operation) => !documented.has(operation))).toEqual([])
  })

  test('too many requests', async () => {
    await using cloud = await createTestCloud({ rateLimit: { limit: 1, perSecond: 1 } })
    await judged(cloud, 'GET', '/servers', 200)
    await judged(cloud, 'GET', '/servers', 429)
  })
})

describe.skipIf(judge === undefined)('the judge', () => {
  test('sees what is wrong with an answer', () => {
    expect(judge?.check('GET', '/v1/ssh_keys/1', 200, { ssh_key: { id: '1' } })).toContain(
      'GET /v1/ssh_keys/1 200: /ssh_key/id must be integer',
    )
    expect(judge?.check('GET', '/nonsense', 200, {})).toEqual(['GET /nonsense 200: the document has no such operation'])
    expect(judge?.check('DELETE', '/images/1', 204, {})).toEqual(['DELETE /images/1 204: the answer must have no body'])
    expect(judge?.check('GET', '/images/1', 404, { error: { code: 'locked', message: '' } })).toEqual([
      'GET /images/1 404: the error code locked belongs to status 423',
    ])
  })
})
