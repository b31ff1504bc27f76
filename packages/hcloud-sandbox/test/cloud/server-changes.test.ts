import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { createTestCloud, SERVER_ORDER, type TestCloud } from './fixture.ts'

const One = v.object({ server: v.looseObject({ status: v.string(), primary_disk_size: v.number() }) })
const look = async (cloud: TestCloud, id: number) => (await cloud.must(One, 'GET', `/servers/${id}`)).server
const refusal = async (cloud: TestCloud, id: number, name: string, body: object) =>
  (await cloud.call('POST', `/servers/${id}/actions/${name}`, body)).body

describe('the type of a server', () => {
  test('changes while it is off, with its disk or without', async () => {
    let bytes = 1024
    await using cloud = await createTestCloud({ diskBytes: () => bytes })
    const id = await cloud.createServer()
    bytes = 2048
    await cloud.act(id, 'change_type', { server_type: 'cx33', upgrade_disk: false })
    expect(await look(cloud, id)).toMatchObject({ status: 'off', primary_disk_size: 40, server_type: { name: 'cx33' } })
    await cloud.act(id, 'change_type', { server_type: 'cx23', upgrade_disk: false })
    await cloud.act(id, 'change_type', { server_type: 'cx33', upgrade_disk: true })
    expect(await look(cloud, id)).toMatchObject({ primary_disk_size: 80 })
    expect((await stat(join(cloud.stateDir, 'disks', `server-${id}.raw`))).size).toBe(2048)
    for (const server_type of ['cx23', 'cax21', 'none']) {
      expect(await refusal(cloud, id, 'change_type', { server_type, upgrade_disk: false })).toMatchObject({
        error: { code: 'invalid_server_type' },
      })
    }
    const { image } = await cloud.must(
      v.object({ image: v.looseObject({}) }),
      'POST',
      `/servers/${id}/actions/create_image`,
    )
    expect(image).toMatchObject({ disk_size: 80 })
  })

  test('stays while it is on, and when there is none of the other', async () => {
    await using cloud = await createTestCloud({ outOfStock: ['cx33'] })
    const id = await cloud.createServer()
    const input = { server_type: 'cx33', upgrade_disk: false }
    expect(await refusal(cloud, id, 'change_type', input)).toMatchObject({ error: { code: 'resource_unavailable' } })
    await cloud.act(id, 'poweron')
    expect(await refusal(cloud, id, 'change_type', { ...input, server_type: 'cx43' })).toMatchObject({
      error: { code: 'server_not_stopped' },
    })
  })
})

describe('a server', () => {
  test('is rebuilt from another image, and is on again when it was', async () => {
    await using cloud = await createTestCloud()
    const id = await cloud.createServer()
    await cloud.act(id, 'rebuild', { image: 'debian-12' })
    expect(await look(cloud, id)).toMatchObject({ status: 'off', image: { name: 'debian-12' } })
    await cloud.act(id, 'poweron')
    await cloud.act(id, 'rebuild', { image: 'debian-13' })
    expect(await look(cloud, id)).toMatchObject({ status: 'running', image: { name: 'debian-13' } })
    expect(cloud.boots).toHaveLength(2)
    await cloud.act(id, 'change_protection', { delete: true, rebuild: true })
    expect(await refusal(cloud, id, 'rebuild', { image: 'debian-12' })).toMatchObject({ error: { code: 'protected' } })
  })

  test('stays as it is when the snapshot for its rebuild is deleted meanwhile', async () => {
    await using cloud = await createTestCloud({ latency: 'realistic' })
    const start = async (path: string, body: object) => {
      const answer = await cloud.call('POST', path, body)
      expect(answer.status).toBe(201)
      await cloud.clock.asleep()
    }
    const end = async () => {
      cloud.clock.advance(60_000)
      await cloud.cloud.idle()
    }
    await start('/servers', SERVER_ORDER)
    await end()
    await start('/servers/40000001/actions/create_image', {})
    await end()
    await start('/servers/40000001/actions/rebuild', { image: 400_000_001 })
    expect((await cloud.call('DELETE', '/images/400000001')).status).toBe(204)
    await end()
    expect((await cloud.call('GET', '/servers/40000001/actions?sort=id:desc')).body).toMatchObject({
      actions: [
        { command: 'rebuild_server', error: { message: "image with ID '400000001' not found" } },
        { command: 'create_image' },
        { command: 'create_server' },
      ],
    })
    expect(await look(cloud, 40_000_001)).toMatchObject({ status: 'off', image: { name: 'debian-13' } })
  })

  test('shows when its backups would be made', async () => {
    await using cloud = await createTestCloud()
    const id = await cloud.createServer()
    await cloud.act(id, 'enable_backup')
    expect(await look(cloud, id)).toMatchObject({ backup_window: '22-02' })
    await cloud.act(id, 'disable_backup')
    expect(await look(cloud, id)).toMatchObject({ backup_window: null })
  })
})
