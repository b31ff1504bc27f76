import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { createTestCloud, SERVER_ORDER } from './fixture.ts'

const One = v.object({ volume: v.looseObject({ id: v.number(), server: v.nullable(v.number()) }) })
const ORDER = { name: 'store', size: 10, location: 'fsn1', format: 'ext4' }

describe('/volumes', () => {
  test('are made, attached, resized, detached and deleted', async () => {
    await using cloud = await createTestCloud()
    const server = await cloud.createServer()
    const { id } = (await cloud.must(One, 'POST', '/volumes', { ...ORDER, labels: { a: 'b' } })).volume
    const path = `/volumes/${id}`
    const lookUp = async () => (await cloud.must(One, 'GET', path)).volume
    const act = (name: string, body?: object) => cloud.must(v.unknown(), 'POST', `${path}/actions/${name}`, body)
    expect(await lookUp()).toMatchObject({ status: 'available', format: 'ext4', size: 10, server: null })
    await act('attach', { server })
    expect((await cloud.call('GET', `/servers/${server}`)).body).toMatchObject({ server: { volumes: [id] } })
    expect((await cloud.call('DELETE', path)).status).toBe(422)
    await act('resize', { size: 20 })
    expect((await cloud.call('POST', `${path}/actions/resize`, { size: 15 })).status).toBe(422)
    await act('detach')
    expect(await lookUp()).toMatchObject({ size: 20, server: null })
    await act('change_protection', { delete: true })
    expect((await cloud.call('DELETE', path)).status).toBe(423)
    await act('change_protection', { delete: false })
    expect((await cloud.call('DELETE', path)).status).toBe(204)
  })

  test('come with a server, and are free when it goes', async () => {
    await using cloud = await createTestCloud()
    const { volume: own } = await cloud.must(One, 'POST', '/volumes', ORDER)
    const server = await cloud.createServer({ volumes: [own.id] })
    const { volume: other } = await cloud.must(One, 'POST', '/volumes', { name: 'other', size: 10, server })
    const serversOf = async () =>
      Promise.all([own, other].map(async ({ id }) => (await cloud.must(One, 'GET', `/volumes/${id}`)).volume.server))
    expect(await serversOf()).toEqual([server, server])
    expect((await cloud.call('POST', '/servers', { ...SERVER_ORDER, name: 'two', volumes: [own.id] })).status).toBe(422)
    await cloud.must(v.unknown(), 'DELETE', `/servers/${server}`)
    expect(await serversOf()).toEqual([null, null])
  })

  test.each([
    [{ size: 9 }, 'size'],
    [{ name: '-' }, 'name'],
    [{ location: 'mars' }, 'location'],
    [{ format: 'fat' }, 'format'],
  ])('are refused when they are wrong: %j', async (wrong, field) => {
    await using cloud = await createTestCloud()
    expect(await cloud.call('POST', '/volumes', { ...ORDER, ...wrong })).toMatchObject({
      status: 422,
      body: { error: { details: { fields: [{ name: field }] } } },
    })
  })
})
