import { describe, expect, test } from 'vitest'
import { createHetznerClient } from '../../../src/hetzner/client.ts'
import { testSandbox } from '../../support/sandbox.ts'
import { action, FAST, LOCATION } from '../../unit/hetzner/fixture.ts'
import { answerJson, serveLoopback } from '../util/loopback-server.ts'

const pagination = (page: number, next: number | null) => ({
  pagination: { page, per_page: 50, previous_page: null, next_page: next, last_page: null, total_entries: null },
})

describe('a list of several pages', () => {
  test('comes whole and in order from the emulated cloud', async () => {
    await using sandbox = await testSandbox({ machines: 'none' })
    const client = createHetznerClient({ token: sandbox.token, endpoint: sandbox.endpoint, retry: FAST })
    const head = Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0\x20', 'latin1')
    const wanted = Array.from({ length: 117 }, (_, index) => `key-${String(index).padStart(3, '0')}`)
    for (const [index, name] of wanted.entries()) {
      const publicKey = `ssh-ed25519 ${Buffer.concat([head, Buffer.alloc(32, index)]).toString('base64')}`
      await client.sshKeys.create({ name, publicKey, labels: index % 2 === 0 ? { even: '' } : {} })
    }
    expect((await client.sshKeys.list({})).map(({ name }) => name).sort()).toEqual(wanted)
    expect(await client.sshKeys.list({ labelSelector: 'even' })).toHaveLength(59)
    expect(await client.sshKeys.list({ name: 'key-100' })).toMatchObject([{ name: 'key-100' }])
  })

  test('is asked for page by page, with all that was asked for on each', async () => {
    await using server = await serveLoopback((_, response, count) =>
      answerJson(response, 200, {
        locations: [{ ...LOCATION, id: count }],
        meta: pagination(count, count < 3 ? count + 1 : null),
      }),
    )
    const client = createHetznerClient({ token: 'token', endpoint: server.url, retry: FAST })
    expect((await client.catalogue.locations()).map(({ id }) => id)).toEqual([1, 2, 3])
    expect(server.requests.map(({ path }) => path)).toEqual([
      '/locations?page=1&per_page=50',
      '/locations?page=2&per_page=50',
      '/locations?page=3&per_page=50',
    ])
  })

  test('ends when the server names the same page again', async () => {
    await using server = await serveLoopback((_, response) =>
      answerJson(response, 200, { actions: [action(1, 'success')], meta: pagination(1, 1) }),
    )
    const client = createHetznerClient({ token: 'token', endpoint: server.url, retry: FAST })
    expect(await client.servers.actions(1)).toHaveLength(1)
    expect(server.requests).toHaveLength(1)
  })

  test.each([{}, { meta: null }, { meta: { pagination: null } }, { meta: { pagination: {} } }])(
    'may come without any word about pages: %j',
    async (rest) => {
      await using server = await serveLoopback((_, response) => answerJson(response, 200, { locations: [], ...rest }))
      const client = createHetznerClient({ token: 'token', endpoint: server.url, retry: FAST })
      expect(await client.catalogue.locations()).toEqual([])
    },
  )
})
