/** The requests of one build. How often it looks at actions that take their time: test/unit/hetzner/action-waiter.test.ts. */

import { expect, test } from 'vitest'
import { testSandbox } from '../../support/sandbox.ts'
import { buildIn, contentsOf, errorAnswer } from '../../unit/run/fixture.ts'

/** Without the looks at actions; the numbers of resources are left out. */
const REQUESTS = [
  // the plan
  ...['GET /server_types', 'GET /pricing', 'GET /images'],
  // the run, and what earlier ones left behind
  ...['POST /ssh_keys', 'GET /servers', 'GET /ssh_keys'],
  // the server, and its boot
  ...['POST /servers', 'POST /servers/N/actions/enable_rescue', 'GET /servers/N', 'POST /servers/N/actions/poweron'],
  // the snapshot, and its publication
  ...['POST /servers/N/actions/poweroff', 'POST /servers/N/actions/create_image', 'GET /images', 'PUT /images/N'],
  // the clean-up
  ...['DELETE /servers/N', 'GET /primary_ips/N', 'DELETE /ssh_keys/N'],
]
/** At five actions: the server's creation, its power, the snapshot, and the server's deletion. */
const MOST_LOOKS = 8

test('one build takes these requests, and no others', { timeout: 60_000 }, async () => {
  const seen: string[] = []
  await using sandbox = await testSandbox({
    onRequest({ server, method, path }) {
      if (server === 'cloud') seen.push(`${method} ${path.replace('/v1', '').replace(/\d+/g, 'N')}`)
    },
  })
  const { result } = await buildIn(sandbox)
  expect(result.images).toMatchObject([{ status: 'built' }])
  const looks = seen.filter((one) => one === 'GET /actions')
  expect(seen.filter((one) => one !== 'GET /actions').toSorted()).toEqual(REQUESTS.toSorted())
  expect(looks.length).toBeLessThanOrEqual(MOST_LOOKS)
})

test('the server is deleted while its snapshot is published', { timeout: 60_000 }, async () => {
  let onDeleted = (): void => undefined
  const deleted = new Promise<void>((resolve) => {
    onDeleted = resolve
  })
  await using sandbox = await testSandbox({
    async intercept({ method, path }) {
      if (method === 'DELETE' && path.startsWith('/servers/')) onDeleted()
      if (method === 'PUT' && path.startsWith('/images/')) await deleted
      return undefined
    },
  })
  const { result } = await buildIn(sandbox)
  expect([result.images, result.leftovers]).toMatchObject([[{ status: 'built' }], []])
})

test.each([
  ['stays, and is named, when it cannot be deleted', 'DELETE', '/servers/'],
  ['is gone, and so is the snapshot, when that cannot be published', 'PUT', '/images/'],
])('the server %s', { timeout: 60_000 }, async (_, refused, prefix) => {
  await using sandbox = await testSandbox({
    intercept: ({ method, path }) =>
      method === refused && path.startsWith(prefix) ? errorAnswer(422, 'invalid_input') : undefined,
  })
  const { result } = await buildIn(sandbox, { removeMs: 1500 })
  const isKept = refused === 'DELETE'
  expect(result.images).toMatchObject([{ status: isKept ? 'built' : 'failed' }])
  expect(result.leftovers.map(({ name }) => name)).toEqual(isKept ? [expect.stringMatching(/^server talos-/)] : [])
  const { servers, sshKeys, snapshots } = await contentsOf(sandbox)
  expect([servers.length, sshKeys.length, snapshots.length]).toEqual([isKept ? 1 : 0, 0, isKept ? 1 : 0])
})
