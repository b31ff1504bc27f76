import { access, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { Action, Image, Server } from '../support/wire.ts'
import { createTestCloud, OTHER_TOKEN, plainDisks, SERVER_ORDER, type TestCloud } from './fixture.ts'

const Snapshot = v.object({ image: Image, action: Action })
const Images = v.object({ images: v.array(Image) })

async function snapshotOf(cloud: TestCloud, id: number, body: object = {}): Promise<Image> {
  return (await cloud.must(Snapshot, 'POST', `/servers/${id}/actions/create_image`, body)).image
}

describe('create_image', () => {
  test('copies the disk, and tells size, origin and labels', async () => {
    await using cloud = await createTestCloud({ diskBytes: () => 2 ** 20 })
    const id = await cloud.createServer()
    await writeFile(join(cloud.stateDir, 'disks', `server-${id}.raw`), 'talos')
    await truncate(join(cloud.stateDir, 'disks', `server-${id}.raw`), 2 ** 20)
    const made = await snapshotOf(cloud, id, { description: 'Talos', labels: { os: 'talos' } })
    expect(made).toMatchObject({ status: 'creating', image_size: null, type: 'snapshot' })
    const { images } = await cloud.must(Images, 'GET', '/images?type=snapshot&label_selector=os%3Dtalos')
    expect(images).toMatchObject([
      {
        id: made.id,
        status: 'available',
        name: null,
        description: 'Talos',
        disk_size: 40,
        image_size: 0.001,
        created_from: { id, name: 'build' },
        architecture: 'x86',
        labels: { os: 'talos' },
      },
    ])
    await cloud.must(v.unknown(), 'DELETE', `/servers/${id}`)
    const file = join(cloud.stateDir, 'snapshots', `image-${made.id}.raw`)
    expect((await readFile(file)).toString('utf8', 0, 5)).toBe('talos')
    expect((await cloud.call('DELETE', `/images/${made.id}`)).status).toBe(204)
    await expect(access(file)).rejects.toThrow('ENOENT')
  })

  test('a server made from it has its content, and a disk of its own size', async () => {
    await using cloud = await createTestCloud()
    const id = await cloud.createServer()
    await writeFile(join(cloud.stateDir, 'disks', `server-${id}.raw`), 'talos')
    const { id: image } = await snapshotOf(cloud, id)
    const copy = await cloud.createServer({ name: 'copy', image: String(image) })
    const disk = join(cloud.stateDir, 'disks', `server-${copy}.raw`)
    expect((await readFile(disk)).toString('utf8', 0, 5)).toBe('talos')
    expect((await stat(disk)).size).toBe(64 * 1024)
  })

  test('does not fit on a smaller disk, another architecture or another project', async () => {
    await using cloud = await createTestCloud()
    const id = await cloud.createServer({ server_type: 'cx33' })
    const { id: image } = await snapshotOf(cloud, id)
    const order = { ...SERVER_ORDER, name: 'copy', image }
    const small = await cloud.call('POST', '/servers', order)
    expect(small).toMatchObject({
      status: 422,
      body: { error: { message: "image disk is bigger than the server type's disk" } },
    })
    expect((await cloud.call('POST', '/servers', { ...order, server_type: 'cax21' })).status).toBe(422)
    expect((await cloud.call('GET', `/images/${image}`, undefined, OTHER_TOKEN)).status).toBe(404)
    expect((await cloud.call('POST', '/servers', { ...order, server_type: 'cx33' }, OTHER_TOKEN)).status).toBe(422)
    expect((await cloud.call('POST', '/servers', { ...order, server_type: 'cx33' })).status).toBe(201)
  })

  test('of a running server leaves it running', async () => {
    await using cloud = await createTestCloud()
    const id = await cloud.createServer({ start_after_create: true })
    const { id: image } = await snapshotOf(cloud, id)
    const { server } = await cloud.must(v.object({ server: Server }), 'GET', `/servers/${id}`)
    expect(server.status).toBe('running')
    expect(cloud.boots).toHaveLength(1)
    expect((await cloud.call('GET', `/images/${image}`)).body).toMatchObject({ image: { status: 'available' } })
  })

  test('may be deleted while a server that was made from it lives on', async () => {
    await using cloud = await createTestCloud()
    const { id: image } = await snapshotOf(cloud, await cloud.createServer())
    const copy = await cloud.createServer({ name: 'copy', image })
    expect((await cloud.call('GET', `/servers/${copy}`)).body).toMatchObject({ server: { image: { id: image } } })
    expect((await cloud.call('DELETE', `/images/${image}`)).status).toBe(204)
    expect((await cloud.call('GET', `/servers/${copy}`)).body).toMatchObject({ server: { image: null } })
    expect(await cloud.act(copy, 'poweron')).toMatchObject({ status: 'success' })
    expect((await cloud.call('POST', '/servers', { ...SERVER_ORDER, name: 'third', image })).status).toBe(422)
  })

  test('locks the server and the image while it runs, and shows its progress', async () => {
    await using cloud = await createTestCloud({ latency: 'realistic' })
    const created = await cloud.call('POST', '/servers', SERVER_ORDER)
    const { server } = v.parse(v.object({ server: Server }), created.body)
    await cloud.clock.asleep()
    expect((await cloud.call('POST', `/servers/${server.id}/actions/poweron`)).status).toBe(423)
    cloud.clock.advance(8_000)
    await cloud.cloud.idle()
    const answer = await cloud.call('POST', `/servers/${server.id}/actions/create_image`)
    const { image, action } = v.parse(Snapshot, answer.body)
    await cloud.clock.asleep()
    cloud.clock.advance(10_000)
    const polled = await cloud.call('GET', `/actions/${action.id}`)
    expect(polled.body).toMatchObject({ action: { status: 'running', progress: 25, finished: null } })
    const refused = await cloud.call('DELETE', `/servers/${server.id}`)
    expect(refused).toMatchObject({ status: 423, body: { error: { code: 'locked' } } })
    expect((await cloud.call('DELETE', `/images/${image.id}`)).status).toBe(423)
    expect((await cloud.call('POST', '/servers', { ...SERVER_ORDER, name: 'copy', image: image.id })).status).toBe(422)
    cloud.clock.advance(30_000)
    await cloud.cloud.idle()
    expect((await cloud.call('GET', `/actions/${action.id}`)).body).toMatchObject({
      action: { status: 'success', progress: 100, finished: '2026-08-01T12:00:48+00:00' },
    })
  })

  test('is unavailable when it fails, until it is deleted', async () => {
    const disks = { ...plainDisks, allocatedBytes: () => Promise.reject(new Error('disk error')) }
    await using cloud = await createTestCloud({ disks })
    const id = await cloud.createServer()
    const { id: image } = await snapshotOf(cloud, id)
    const { actions } = await cloud.must(v.object({ actions: v.array(Action) }), 'GET', `/servers/${id}/actions`)
    expect(actions.at(-1)).toMatchObject({ command: 'create_image', status: 'error', error: { message: 'disk error' } })
    expect((await cloud.call('GET', `/images/${image}`)).body).toMatchObject({ image: { status: 'unavailable' } })
    expect((await cloud.call('POST', '/servers', { ...SERVER_ORDER, name: 'copy', image })).status).toBe(422)
    expect((await cloud.call('DELETE', `/images/${image}`)).status).toBe(204)
    await expect(access(join(cloud.stateDir, 'snapshots', `image-${image}.raw`))).rejects.toThrow('ENOENT')
  })

  test('keeps to the limit', async () => {
    await using cloud = await createTestCloud({ limits: { snapshots: 1 } })
    const id = await cloud.createServer()
    await snapshotOf(cloud, id)
    const answer = await cloud.call('POST', `/servers/${id}/actions/create_image`)
    expect(answer).toMatchObject({
      status: 403,
      body: { error: { details: { limits: [{ name: 'snapshot_limit' }] } } },
    })
  })
})
