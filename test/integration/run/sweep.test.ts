import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { Server, SshKey } from '../../../src/hetzner/wire.ts'
import { findTemporary, isAbandoned, removeTemporary } from '../../../src/run/sweep.ts'
import { systemClock } from '../../../src/util/clock.ts'
import { type TestSandbox, testSandbox } from '../../support/sandbox.ts'
import { clientOf, contentsOf } from '../../unit/run/fixture.ts'

const NOW_MS = 1_800_000_000_000

const REMOVE = {
  clock: systemClock,
  signal: AbortSignal.timeout(30_000),
  timeoutMs: 10_000,
  onlyAbandoned: true,
}

async function leave(sandbox: TestSandbox, run: string, leaseUntilMs: number | undefined): Promise<void> {
  const labels = {
    'talos-image/run': run,
    ...(leaseUntilMs === undefined ? {} : { 'talos-image/lease': String(leaseUntilMs / 1000) }),
  }
  const public_key = `ssh-ed25519 ${Buffer.from(`\0\0\0\x0bssh-ed25519\0\0\0 ${run.padEnd(32, '.')}`).toString('base64')}`
  await sandbox.api(v.object({ ssh_key: SshKey }), 'POST', '/ssh_keys', { name: `key-${run}`, public_key, labels })
  await sandbox.api(v.object({ server: Server }), 'POST', '/servers', {
    name: `server-${run}`,
    server_type: 'cx23',
    location: 'fsn1',
    image: 'debian-13',
    start_after_create: false,
    labels,
  })
}

describe('what runs leave behind', () => {
  it('is found, told apart from what living runs use, and removed; nothing else is', async () => {
    await using sandbox = await testSandbox({ machines: 'none' })
    const hetzner = { ...clientOf(sandbox), now: () => NOW_MS }
    await leave(sandbox, 'dead', NOW_MS - 1000)
    await leave(sandbox, 'living', NOW_MS + 60_000)
    await leave(sandbox, 'foreign', undefined)

    const found = await findTemporary(hetzner, { signal: AbortSignal.timeout(10_000) })
    expect(found.map(({ kind, name, run }) => `${kind} ${name} ${run}`).toSorted()).toEqual([
      'SSH key key-dead dead',
      'SSH key key-living living',
      'server server-dead dead',
      'server server-living living',
    ])
    const abandoned = found.filter((thing) => isAbandoned(thing, NOW_MS))
    expect(abandoned.map(({ run }) => run)).toEqual(['dead', 'dead'])

    expect(await removeTemporary(hetzner, abandoned, REMOVE)).toEqual([])
    const { servers, sshKeys } = await contentsOf(sandbox)
    expect(servers.map(({ name }) => name).toSorted()).toEqual(['server-foreign', 'server-living'])
    expect(sshKeys.map(({ name }) => name).toSorted()).toEqual(['key-foreign', 'key-living'])
  })

  it('is spared when its run has renewed or published it after it was found', async () => {
    await using sandbox = await testSandbox({ machines: 'none' })
    const hetzner = { ...clientOf(sandbox), now: () => NOW_MS }
    await leave(sandbox, 'late', NOW_MS - 1000)
    await leave(sandbox, 'published', NOW_MS - 1000)
    const found = await findTemporary(hetzner, { signal: AbortSignal.timeout(10_000) })
    for (const server of (await contentsOf(sandbox)).servers) {
      const lease = server.name === 'server-late' ? { 'talos-image/lease': String(NOW_MS / 1000 + 900) } : {}
      await hetzner.servers.setLabels(server.id, { ...server.labels, ...lease })
      if (server.name === 'server-published') await hetzner.servers.setLabels(server.id, { os: 'talos' })
    }
    expect(await removeTemporary(hetzner, found, REMOVE)).toEqual([])
    const { servers, sshKeys } = await contentsOf(sandbox)
    expect(servers.map(({ name }) => name).toSorted()).toEqual(['server-late', 'server-published'])
    expect(sshKeys).toEqual([])
  })

  it('is found for one run alone, whether its lease has lapsed or not', async () => {
    await using sandbox = await testSandbox({ machines: 'none' })
    await leave(sandbox, 'one', NOW_MS)
    await leave(sandbox, 'two', NOW_MS)
    const found = await findTemporary(clientOf(sandbox), { run: 'two', signal: AbortSignal.timeout(10_000) })
    expect(found.map(({ name }) => name)).toEqual(['server-two', 'key-two'])
  })

  it('counts as living when its lease is empty', async () => {
    await using sandbox = await testSandbox({ machines: 'none' })
    const labels = { 'talos-image/run': 'x', 'talos-image/lease': '' }
    const order = { name: 'odd', server_type: 'cx23', image: 'debian-13', start_after_create: false, labels }
    await sandbox.api(v.unknown(), 'POST', '/servers', order)
    const found = await findTemporary(clientOf(sandbox), { signal: AbortSignal.timeout(10_000) })
    expect(found.map((thing) => isAbandoned(thing, NOW_MS))).toEqual([false])
  })

  it('counts as living when its lease cannot be read', () => {
    const thing = { kind: 'server', id: 1, name: 'a', run: 'b', isKept: false, cost: undefined } as const
    expect(isAbandoned({ ...thing, leaseUntilMs: Number.NaN }, NOW_MS)).toBe(false)
  })
})
