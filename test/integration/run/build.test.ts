import { PLACEHOLDER_MARKER } from 'hcloud-sandbox'
import { describe, expect, it } from 'vitest'
import { TalosImageError } from '../../../src/errors.ts'
import { build } from '../../../src/run/build.ts'
import { STEPS } from '../../support/build-line.ts'
import { testSandbox } from '../../support/sandbox.ts'
import {
  buildIn,
  clientOf,
  contentsOf,
  corruptServerDisks,
  diskFiles,
  factoryDisk,
  holds,
  planIn,
  snapshotDisk,
} from '../../unit/run/fixture.ts'

describe('a build', { timeout: 60_000 }, () => {
  it('makes one right snapshot an image, and leaves nothing else', async () => {
    await using sandbox = await testSandbox()
    const { result, events } = await buildIn(sandbox, { architectures: ['arm', 'x86'] })
    expect(result.leftovers).toEqual([])
    expect(result.images.map(({ status }) => status)).toEqual(['built', 'built'])
    const { servers, sshKeys, snapshots } = await contentsOf(sandbox)
    expect([servers, sshKeys, await diskFiles(sandbox)]).toEqual([[], [], []])
    expect(snapshots).toHaveLength(2)
    for (const { id, architecture, labels, description } of snapshots) {
      const disk = await snapshotDisk(sandbox, id)
      expect(holds(disk, await factoryDisk(sandbox, architecture === 'arm' ? 'arm64' : 'amd64'))).toBe(true)
      expect(disk.includes(PLACEHOLDER_MARKER)).toBe(false)
      expect(description).toBe(`Talos Linux v1.12.2 ${architecture === 'arm' ? 'ARM' : 'x86'} by hcloud-talos`)
      const publicLabels = Object.entries(labels).filter(([key]) => !key.startsWith('talos-image/'))
      expect(Object.fromEntries(publicLabels)).toEqual({
        os: 'talos',
        arch: architecture,
        version: 'v1.12.2',
        creator: 'hcloud-talos',
        type: 'infra',
      })
      expect(labels['talos-image/lease']).toBeUndefined()
    }
    const steps = events.flatMap((event) =>
      event.type === 'step-started' && event.image === 'arm' ? [event.step] : [],
    )
    expect(steps).toEqual(STEPS)
  })

  it('never shows a snapshot to selectors before it is published', async () => {
    const seen: unknown[] = []
    await using sandbox = await testSandbox({
      async intercept({ method, path, body }, answer) {
        if (method === 'POST' && path.endsWith('/create_image')) seen.push(body)
        return answer()
      },
    })
    await buildIn(sandbox)
    expect(seen).toEqual([
      {
        type: 'snapshot',
        description: 'Talos Linux v1.12.2 x86 by hcloud-talos',
        labels: {
          'talos-image/run': expect.any(String),
          'talos-image/lease': expect.stringMatching(/^\d{10}$/),
          'talos-image/identity': expect.any(String),
        },
      },
    ])
  })

  it('does not build what exists, and replaces it with force', async () => {
    await using sandbox = await testSandbox()
    const [first] = (await buildIn(sandbox)).result.images
    const again = await buildIn(sandbox)
    expect(again.result.images.map(({ status }) => status)).toEqual(['existing'])
    const forced = await buildIn(sandbox, { force: true })
    expect(forced.result.images.map(({ status }) => status)).toEqual(['built'])
    const { snapshots } = await contentsOf(sandbox)
    expect(snapshots).toHaveLength(1)
    expect(snapshots[0]?.id).not.toBe(first?.status === 'built' ? first.snapshot.id : undefined)
  })

  it('replaces nothing that a server was made from, as the plan says, or as it turns out', async () => {
    await using sandbox = await testSandbox()
    const [first] = (await buildIn(sandbox)).result.images
    const id = first?.status === 'built' ? first.snapshot.id : 0
    const hetzner = clientOf(sandbox)
    const server = { serverType: 'cx23', location: 'fsn1', image: String(id), sshKeyIds: [], labels: {} }
    const plan = await planIn(sandbox, { force: true })
    await hetzner.servers.create({ ...server, name: 'web' })
    await expect(planIn(sandbox, { force: true })).rejects.toMatchObject({
      problems: [
        { code: 'usage', message: expect.stringContaining(`snapshot ${id}, which --force would replace, is in`) },
      ],
    })
    expect((await planIn(sandbox, { force: true, evenInUse: true })).images).toMatchObject([{ replaces: [{ id }] }])
    const notes: string[] = []
    await build({
      ...{ hetzner, plan, sshPort: sandbox.sshPort },
      onEvent: (event) => {
        if (event.type === 'note') notes.push(event.text)
      },
    })
    expect(notes).toContain(`the snapshot ${id}, which the new one replaces, is kept: the server web was made from it`)
    expect((await contentsOf(sandbox)).snapshots).toHaveLength(2)
  })

  it.each([
    ['in the image', 1_500_000, 'does not hold what was written'],
    // The partition BIOS, which begins at 2 MiB, is all zeros.
    ['in a hole of the image', 2_500_000, 'does not hold what was written'],
    ['behind the image', 17_000_000, 'holds old data behind the image'],
    ['in the last bytes', -9, 'holds old data behind the image'],
  ])('writes once more when a byte is wrong %s', async (_where, offset, note) => {
    await using sandbox = await testSandbox()
    let corrupted = 0
    const { result, notes } = await buildIn(sandbox, {
      onEvent: (event) => {
        if (event.type === 'step-started' && event.step === 'verify' && corrupted++ === 0)
          corruptServerDisks(sandbox, offset)
      },
    })
    expect(notes.join()).toContain(note)
    const [image] = result.images
    if (image?.status !== 'built') throw new Error('it was not built')
    expect(holds(await snapshotDisk(sandbox, image.snapshot.id), await factoryDisk(sandbox))).toBe(true)
  })

  it('makes no snapshot of a disk that stays wrong', async () => {
    await using sandbox = await testSandbox()
    const { result } = await buildIn(sandbox, {
      onEvent: (event) => {
        if (event.type === 'step-started' && event.step === 'verify') corruptServerDisks(sandbox, 1_500_000)
      },
    })
    expect(result.images).toMatchObject([{ status: 'failed', problem: { code: 'verify' } }])
    expect(await contentsOf(sandbox)).toEqual({ servers: [], sshKeys: [], snapshots: [] })
  })

  it.each(STEPS.filter((step) => step !== 'clean-up'))('cleans up when it is stopped at the step %s', async (step) => {
    await using sandbox = await testSandbox()
    const stop = new AbortController()
    const { result } = await buildIn(sandbox, {
      signal: stop.signal,
      onEvent: (event) => {
        if (event.type !== 'step-started' || event.step !== step) return
        stop.abort(new TalosImageError({ code: 'interrupted', message: 'interrupted' }))
      },
    })
    expect(result.images).toMatchObject([{ status: 'failed', problem: { code: 'interrupted' } }])
    expect(result.leftovers).toEqual([])
    expect(await contentsOf(sandbox)).toEqual({ servers: [], sshKeys: [], snapshots: [] })
  })
})
