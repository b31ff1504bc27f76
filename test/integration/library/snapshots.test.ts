import { describe, expect, it } from 'vitest'
import { createFactoryClient } from '../../../src/factory/client.ts'
import { createHetznerClient } from '../../../src/hetzner/client.ts'
import { cleanUp } from '../../../src/library/clean-up.ts'
import { findOutdated, listSnapshots, pruneSnapshots } from '../../../src/library/snapshots.ts'
import { ownLabels, publicLabels, temporaryLabels } from '../../../src/plan/labels.ts'
import { createProject, type TestProject } from './fixture.ts'

const published = (talosVersion: string) => ({
  ...publicLabels({ architecture: 'x86', talosVersion }),
  ...ownLabels({
    runId: 'abc',
    talosVersion,
    identity: 'i',
    schematicId: undefined,
    sourceSha256: '0'.repeat(64),
    dataHash: '0'.repeat(64),
  }),
})

async function withSnapshots(): Promise<TestProject & { readonly ids: readonly number[] }> {
  const project = await createProject()
  const ids = [
    await project.addSnapshot(published('v1.11.0')),
    await project.addSnapshot(published('v1.12.2')),
    await project.addSnapshot(published('v1.12.2')),
    await project.addSnapshot({ os: 'talos', arch: 'x86' }),
    await project.addSnapshot({ ...published('v1.12.2'), ...temporaryLabels('def', Date.now() + 60_000) }),
  ]
  return { ...project, ids }
}

describe('listSnapshots', () => {
  it('gives what is published, newest first', async () => {
    await using project = await withSnapshots()
    const { hetzner, ids } = project
    expect((await listSnapshots(hetzner)).map(({ id }) => id)).toEqual(ids.slice(0, 4).toReversed())
    expect((await listSnapshots(hetzner, { selector: 'version=v1.11.0' })).map(({ id }) => id)).toEqual([ids[0]])
  })

  it('says what is wrong', async () => {
    await using project = await createProject()
    await expect(listSnapshots(project.hetzner, { selector: '!!' })).rejects.toMatchObject({ code: 'api' })
    const unauthorized = createHetznerClient({ token: 'wrong', endpoint: project.hetzner.endpoint })
    await expect(listSnapshots(unauthorized)).rejects.toMatchObject({ code: 'token' })
  })
})

describe('pruneSnapshots', () => {
  it('only says what would go, when asked to', async () => {
    await using project = await withSnapshots()
    const { hetzner, ids } = project
    const decisions = await pruneSnapshots(hetzner, { dryRun: true })
    expect(decisions.map(({ snapshot, goes }) => [snapshot.id, goes])).toEqual([
      [ids[2], false],
      [ids[1], true],
      [ids[0], true],
    ])
    expect(await listSnapshots(hetzner)).toHaveLength(4)
  })

  it('deletes what is old, and leaves the rest alone', async () => {
    await using project = await withSnapshots()
    const { hetzner, ids } = project
    await pruneSnapshots(hetzner, { keep: 2 })
    expect((await listSnapshots(hetzner)).map(({ id }) => id)).toEqual([ids[3], ids[2], ids[1]])
    await pruneSnapshots(hetzner, { olderThanMs: 3_600_000 })
    expect(await listSnapshots(hetzner)).toHaveLength(3)
  })

  it('deletes the others when one is refused, and says so', async () => {
    await using project = await withSnapshots()
    const { hetzner, ids } = project
    project.refuseDeletionOf(ids[1] ?? 0)
    await expect(pruneSnapshots(hetzner)).rejects.toMatchObject({ code: 'api', problems: [{ code: 'api' }] })
    expect((await listSnapshots(hetzner)).map(({ id }) => id)).toEqual([ids[3], ids[2], ids[1]])
  })

  it('deletes nothing more once its signal is aborted', async () => {
    await using project = await withSnapshots()
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(pruneSnapshots(project.hetzner, { signal })).rejects.toThrow('enough')
    expect(await listSnapshots(project.hetzner)).toHaveLength(4)
  })
})

describe('numbers and IDs that cannot be', () => {
  it('are refused, and nothing is deleted', async () => {
    await using project = await withSnapshots()
    const { hetzner } = project
    const refused = { code: 'usage' }
    await expect(pruneSnapshots(hetzner, { keep: Number.NaN })).rejects.toMatchObject(refused)
    for (const run of ['', 'def,os', 'def) ', '!x'])
      await expect(cleanUp(hetzner, { run })).rejects.toMatchObject(refused)
    expect((await hetzner.images.listSnapshots({})).map(({ id }) => id)).toHaveLength(5)
  })
})

describe('findOutdated', () => {
  it('compares the newest of each kind with what the Factory has', async () => {
    await using project = await withSnapshots()
    const { hetzner, ids } = project
    const factory = { ...createFactoryClient(), versions: async () => ['v1.12.2', 'v1.12.5', 'v1.13.0'] }
    expect(await findOutdated({ hetzner, factory })).toMatchObject([
      { series: { architecture: 'x86' }, version: 'v1.12.2', newerPatch: 'v1.12.5', newerMinor: 'v1.13.0' },
    ])
    expect(ids).toHaveLength(5)
  })
})

describe('cleanUp', () => {
  it('removes what no living run claims, or all of one run, and never what is published', async () => {
    await using project = await withSnapshots()
    const { hetzner, ids } = project
    const lapsed = await project.addSnapshot(temporaryLabels('old', Date.now() - 60_000))
    const first = await cleanUp(hetzner)
    expect(first).toEqual({ removed: [expect.stringMatching(`^snapshot ${lapsed} `)], leftovers: [] })
    expect(await cleanUp(hetzner)).toEqual({ removed: [], leftovers: [] })
    expect((await cleanUp(hetzner, { run: 'def' })).removed).toEqual([expect.stringMatching(`^snapshot ${ids[4]} `)])
    expect(await listSnapshots(hetzner)).toHaveLength(4)
  })
})
