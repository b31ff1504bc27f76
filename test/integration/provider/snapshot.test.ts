/** The resource `talosimage_snapshot` without Terraform, against a sandbox. */

import { describe, expect, it } from 'vitest'
import { FACTORY_URL } from '../../../src/factory/asset.ts'
import { createFactoryClient } from '../../../src/factory/client.ts'
import { PLAIN_SERVER } from '../../../src/plan/server-settings.ts'
import type { Context } from '../../../src/provider/definition.ts'
import type { SnapshotState } from '../../../src/provider/resources/snapshot/attributes.ts'
import { snapshot } from '../../../src/provider/resources/snapshot/resource.ts'
import { Session } from '../../../src/provider/session.ts'
import { type TestSandbox, testSandbox } from '../../support/sandbox.ts'
import { CONFIG } from '../../unit/provider/fixture.ts'
import { clientOf, contentsOf } from '../../unit/run/fixture.ts'

/** One run of Terraform. */
function contextIn(sandbox: TestSandbox): Context<Session> & { readonly lines: readonly string[] } {
  const lines: string[] = []
  const shared = {
    signal: AbortSignal.timeout(60_000),
    log: (_: string, line: string): number => lines.push(line),
  }
  const open = async () => ({
    hetzner: clientOf(sandbox),
    factory: createFactoryClient({ url: sandbox.factoryUrl, publicUrl: FACTORY_URL, firstPauseMs: 1 }),
    factoryUrl: FACTORY_URL,
    sshPort: sandbox.sshPort,
    close: async () => undefined,
  })
  const access = { server: PLAIN_SERVER, sshTimeoutMs: 10_000, requireHostProof: false }
  return { ...shared, lines, provider: new Session(open, access, shared) }
}

const WANTED: SnapshotState & typeof CONFIG = {
  ...CONFIG,
  talos_version: 'v1.12.2',
  description: 'mine',
  protect: true,
}
const create = async (context: Context<Session>, config = WANTED) => {
  const planned = await snapshot.plan?.({ config, prior: null, proposed: config }, context)
  if (planned === undefined) throw new Error('there is no plan')
  return snapshot.create({ config, planned: planned.planned }, context)
}

describe('talosimage_snapshot', { timeout: 60_000 }, () => {
  it('is built once for two resources that are the same', async () => {
    await using sandbox = await testSandbox()
    const context = contextIn(sandbox)
    const [one, other] = await Promise.all([create(context), create(context)])
    expect(one.state?.id).toBe(other.state?.id)
    expect([one.state?.adopted, other.state?.adopted].toSorted()).toEqual([false, true])
    const { snapshots, servers, sshKeys } = await contentsOf(sandbox)
    expect([servers, sshKeys]).toEqual([[], []])
    expect(snapshots).toMatchObject([{ description: 'mine', protection: { delete: true } }])
    expect(context.lines).toContainEqual(expect.stringMatching(/^x86: snapshot \d+$/))

    // The other one goes: that is the snapshot of both, which is held.
    if (other.state === null) throw new Error('there is no state')
    expect(await snapshot.delete(other.state, context)).toMatchObject([{ severity: 'warning' }])
    expect((await contentsOf(sandbox)).snapshots).toHaveLength(1)
  })

  it('says in the plan that it adopts what an earlier run has built, and nothing of selectors; what differs is changed', async () => {
    await using sandbox = await testSandbox()
    await create(contextIn(sandbox), { ...CONFIG, talos_version: 'v1.12.2' })
    const [built] = (await contentsOf(sandbox)).snapshots
    const context = contextIn(sandbox)
    const planned = await snapshot.plan?.({ config: WANTED, prior: null, proposed: WANTED }, context)
    expect(planned?.diagnostics).toMatchObject([
      { severity: 'warning', summary: expect.stringContaining(`the snapshot ${built?.id} (`) },
    ])
    const { state } = await create(context)
    expect(state).toMatchObject({ id: String(built?.id), adopted: true, description: 'mine', protect: true })
    expect((await contentsOf(sandbox)).snapshots).toMatchObject([{ id: built?.id, description: 'mine' }])
  })

  it('is stopped when its time is over, and what was made for it is removed', async () => {
    await using sandbox = await testSandbox()
    const context = contextIn(sandbox)
    const creating = create(context, { ...WANTED, timeouts: { create: '0.01s' } })
    await expect(creating).rejects.toMatchObject({
      diagnostics: [{ summary: 'the snapshot was not built within 0.01s', path: ['timeouts', 'create'] }],
    })
    expect(await contentsOf(sandbox)).toEqual({ servers: [], sshKeys: [], snapshots: [] })
  })
})
