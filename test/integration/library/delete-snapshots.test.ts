import { describe, expect, it } from 'vitest'
import { deleteSnapshots } from '../../../src/library/delete-snapshots.ts'
import { listSnapshots } from '../../../src/library/snapshots.ts'
import { createProject, type TestProject } from './fixture.ts'

/** Two snapshots, of which servers were made from the second. */
async function withServer(...names: string[]): Promise<TestProject & { readonly free: number; readonly used: number }> {
  const project = await createProject()
  const free = await project.addSnapshot({ os: 'talos' })
  const used = await project.addSnapshot({ os: 'talos' })
  for (const name of names) await project.addServer(name, used)
  return { ...project, free, used }
}

describe('deleteSnapshots', () => {
  it('deletes each once, and gives what it deleted', async () => {
    await using project = await withServer()
    const { hetzner, free, used } = project
    expect((await deleteSnapshots(hetzner, [free, used, free])).map(({ id }) => id)).toEqual([free, used])
    expect(await listSnapshots(hetzner)).toEqual([])
  })

  it('deletes nothing when a server was made from one, and says which', async () => {
    await using project = await withServer('web')
    const { hetzner, free, used } = project
    await expect(deleteSnapshots(hetzner, [free, used, 999])).rejects.toMatchObject({
      problems: [
        { code: 'not-found', message: 'there is no snapshot 999 in this project' },
        {
          code: 'usage',
          message: `${used} (of a test) is in use: the server web was made from it`,
          hint: expect.stringContaining('evenInUse'),
        },
      ],
    })
    expect(await listSnapshots(hetzner)).toHaveLength(2)
    await deleteSnapshots(hetzner, [free, used], { evenInUse: true })
    expect(await listSnapshots(hetzner)).toEqual([])
  })

  it('names a few of many servers', async () => {
    await using project = await withServer('a', 'b', 'c', 'd')
    await expect(deleteSnapshots(project.hetzner, [project.used])).rejects.toThrow(
      '4 servers were made from it: a, b, c and 1 more',
    )
  })

  it('leaves alone what is no Talos snapshot, unless forced, and what is protected', async () => {
    await using project = await createProject()
    const { hetzner } = project
    const foreign = await project.addSnapshot({ owner: 'somebody' })
    await expect(deleteSnapshots(hetzner, [foreign])).rejects.toThrow('has no label os=talos')
    await hetzner.images.protect(foreign, true)
    await expect(deleteSnapshots(hetzner, [foreign], { force: true })).rejects.toThrow('is protected against deletion')
    await hetzner.images.protect(foreign, false)
    expect(await deleteSnapshots(hetzner, [foreign], { force: true })).toHaveLength(1)
  })

  it('deletes nothing once its signal is aborted', async () => {
    await using project = await withServer()
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(deleteSnapshots(project.hetzner, [project.free], { signal })).rejects.toThrow('enough')
    expect(await listSnapshots(project.hetzner)).toHaveLength(2)
  })
})
