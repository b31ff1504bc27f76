import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { Action } from '../../../../src/hetzner/wire.ts'
import { createTestCloud, OTHER_TOKEN, type TestCloud } from './fixture.ts'

const Actions = v.object({ actions: v.array(Action) })

const idsOf = async (cloud: TestCloud, path: string) =>
  (await cloud.must(Actions, 'GET', path)).actions.map(({ id }) => id)

describe('actions', () => {
  test('are polled many at once; unknown and foreign ones are left out', async () => {
    await using cloud = await createTestCloud()
    const id = await cloud.createServer()
    const on = await cloud.act(id, 'poweron')
    const off = await cloud.act(id, 'poweroff')
    expect(await idsOf(cloud, `/actions?id=${off.id}&id=${on.id}&id=1`)).toEqual([on.id, off.id])
    const foreign = await cloud.call('GET', `/actions?id=${on.id}`, undefined, OTHER_TOKEN)
    expect(foreign.body).toMatchObject({ actions: [] })
    expect((await cloud.call('GET', '/actions')).status).toBe(410)
  })

  test('are listed for a server, an image and a kind', async () => {
    await using cloud = await createTestCloud()
    const first = await cloud.createServer()
    const second = await cloud.createServer({ name: 'second' })
    const snapshot = await cloud.act(second, 'create_image')
    const image = snapshot.resources.find(({ type }) => type === 'image')
    expect(snapshot.resources).toEqual([{ id: second, type: 'server' }, image])
    expect(await idsOf(cloud, `/servers/${first}/actions`)).toEqual([600000001])
    expect(await idsOf(cloud, `/servers/${second}/actions?sort=command`)).toEqual([snapshot.id, 600000002])
    expect(await idsOf(cloud, `/images/${image?.id}/actions`)).toEqual([snapshot.id])
    expect(await idsOf(cloud, '/images/actions')).toEqual([snapshot.id])
    expect(await idsOf(cloud, '/servers/actions?sort=id:desc&status=success')).toEqual([
      600000003, 600000002, 600000001,
    ])
    expect((await cloud.call('GET', `/servers/${first}/actions/${snapshot.id}`)).status).toBe(404)
    expect((await cloud.call('GET', '/servers/1/actions')).status).toBe(404)
  })
})
