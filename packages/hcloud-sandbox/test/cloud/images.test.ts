import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { Image } from '../support/wire.ts'
import { createTestCloud } from './fixture.ts'

const Images = v.object({ images: v.array(Image) })
const Snapshot = v.object({ image: Image })

describe('/images', () => {
  test('lists system images by name and architecture, deprecated ones only when asked', async () => {
    await using cloud = await createTestCloud()
    const names = async (query: string) =>
      (await cloud.must(Images, 'GET', `/images?${query}`)).images.map(
        ({ name, architecture }) => `${name} ${architecture}`,
      )
    expect(await names('type=system&sort=name')).toEqual([
      'debian-12 x86',
      'debian-12 arm',
      'debian-13 x86',
      'debian-13 arm',
      'ubuntu-24.04 x86',
      'ubuntu-24.04 arm',
    ])
    expect(await names('name=debian-13&architecture=arm')).toEqual(['debian-13 arm'])
    expect(await names('name=debian-11')).toEqual([])
    expect(await names('name=debian-11&include_deprecated=true&architecture=x86')).toEqual(['debian-11 x86'])
    expect(await names('name=debian-11&include_deprecated=True&architecture=arm')).toEqual(['debian-11 arm'])
    expect(await names('name=debian-11&include_deprecated=0')).toEqual([])
    expect((await cloud.call('GET', '/images?include_deprecated=maybe')).status).toBe(422)
    expect(await names('bound_to=1')).toEqual([])
    expect(await names('status=creating')).toEqual([])
    expect(await names('type=snapshot&type=app')).toEqual([])
  })

  test('a deprecated one can be used all the same, and says since when it is', async () => {
    await using cloud = await createTestCloud()
    const id = await cloud.createServer({ image: 'debian-11' })
    expect((await cloud.call('GET', `/servers/${id}`)).body).toMatchObject({
      server: { image: { name: 'debian-11', deprecated: '2026-05-01T00:00:00+00:00' } },
    })
  })

  test('a PUT replaces all labels and keeps the rest', async () => {
    await using cloud = await createTestCloud()
    const id = await cloud.createServer()
    const body = { description: 'Talos', labels: { run: 'r1', lease: '1' } }
    const { image } = await cloud.must(Snapshot, 'POST', `/servers/${id}/actions/create_image`, body)
    const changed = await cloud.must(Snapshot, 'PUT', `/images/${image.id}`, { labels: { os: 'talos' } })
    expect(changed.image).toMatchObject({ description: 'Talos', labels: { os: 'talos' } })
    expect((await cloud.call('PUT', `/images/${image.id}`, { labels: { 'a b': 'c' } })).status).toBe(422)
    expect((await cloud.call('PUT', `/images/${image.id}`, { type: 'backup' })).status).toBe(422)
  })

  test('the first of a name is the x86 one, which old clients take', async () => {
    await using cloud = await createTestCloud()
    const { images } = await cloud.must(Images, 'GET', '/images?name=debian-13')
    expect(images.map(({ architecture }) => architecture)).toEqual(['x86', 'arm'])
  })

  test('protection keeps a snapshot from being deleted', async () => {
    await using cloud = await createTestCloud()
    const id = await cloud.createServer()
    const { image } = await cloud.must(Snapshot, 'POST', `/servers/${id}/actions/create_image`)
    const protect = `/images/${image.id}/actions/change_protection`
    await cloud.must(v.unknown(), 'POST', protect, { delete: true })
    const refused = await cloud.call('DELETE', `/images/${image.id}`)
    expect(refused).toMatchObject({ status: 423, body: { error: { code: 'protected' } } })
    await cloud.must(v.unknown(), 'POST', protect, { delete: false })
    expect((await cloud.call('DELETE', `/images/${image.id}`)).status).toBe(204)
    expect((await cloud.call('DELETE', `/images/${image.id}`)).status).toBe(404)
  })

  test('system images cannot be changed', async () => {
    await using cloud = await createTestCloud()
    expect((await cloud.call('DELETE', '/images/310557660')).status).toBe(403)
    expect((await cloud.call('PUT', '/images/310557660', { description: 'mine' })).status).toBe(403)
  })
})
