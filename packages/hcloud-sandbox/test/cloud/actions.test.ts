import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { Action } from '../support/wire.ts'
import { createTestCloud, OTHER_TOKEN, SERVER_ORDER, type TestCloud, WithAction } from './fixture.ts'

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

describe('an action that never ends', () => {
  test('keeps its server locked, and fails when the cloud closes', async () => {
    const stateDir = await mkdtemp(join(tmpdir(), 'talos-image-cloud-'))
    try {
      let id = 0
      {
        await using cloud = await createTestCloud(
          { failAction: (command) => (command === 'create_image' ? 'never ends' : undefined) },
          stateDir,
        )
        id = await cloud.createServer()
        const { body } = await cloud.call('POST', `/servers/${id}/actions/create_image`, {})
        const { action } = v.parse(WithAction, body)
        expect((await cloud.call('GET', `/actions/${action.id}`)).body).toMatchObject({
          action: { status: 'running', command: 'create_image' },
        })
        expect((await cloud.call('POST', `/servers/${id}/actions/poweron`)).status).toBe(423)
      }
      await using again = await createTestCloud({}, stateDir)
      const { actions } = await again.must(Actions, 'GET', `/servers/${id}/actions?sort=id:desc`)
      expect(actions[0]).toMatchObject({
        status: 'error',
        error: { message: 'the sandbox ended before the action was done' },
      })
      const left = (await again.call('GET', '/images?type=snapshot')).body
      expect(left).toMatchObject({ images: [{ status: 'unavailable' }] })
      expect((await again.act(id, 'poweron')).status).toBe('success')
    } finally {
      await rm(stateDir, { recursive: true })
    }
  })

  test('keeps those from beginning that wait for it', async () => {
    const seen: string[] = []
    await using cloud = await createTestCloud({
      failAction(command) {
        seen.push(command)
        return 'never ends'
      },
    })
    const order = { ...SERVER_ORDER, start_after_create: true }
    const { status } = await cloud.call('POST', '/servers', order)
    expect(status).toBe(201)
    await expect.poll(() => seen).toEqual(['create_server'])
    cloud.clock.advance(24 * 60 * 60_000)
    expect((await cloud.call('GET', '/servers')).body).toMatchObject({ servers: [{ status: 'initializing' }] })
    expect(seen).toEqual(['create_server'])
  })
})
