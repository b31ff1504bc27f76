import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { createTestCloud, SERVER_ORDER } from './fixture.ts'

const One = v.object({ placement_group: v.looseObject({ id: v.number(), servers: v.array(v.number()) }) })

describe('/placement_groups', () => {
  test('hold servers, which enter and leave', async () => {
    await using cloud = await createTestCloud()
    const made = await cloud.must(One, 'POST', '/placement_groups', { name: 'apart', type: 'spread' })
    const { id } = made.placement_group
    const members = async () => (await cloud.must(One, 'GET', `/placement_groups/${id}`)).placement_group.servers
    const first = await cloud.createServer({ placement_group: id })
    const second = await cloud.createServer({ name: 'second' })
    const enter = { placement_group: id }
    const refusal = async (server: number, body: object) =>
      (await cloud.call('POST', `/servers/${server}/actions/add_to_placement_group`, body)).body
    expect(await refusal(first, enter)).toMatchObject({ error: { code: 'already_in_placement_group' } })
    expect(await refusal(second, { placement_group: 7 })).toMatchObject({ error: { code: 'not_found' } })
    await cloud.act(second, 'poweron')
    expect(await refusal(second, enter)).toMatchObject({ error: { code: 'server_not_stopped' } })
    await cloud.act(second, 'poweroff')
    await cloud.act(second, 'add_to_placement_group', enter)
    expect(await members()).toEqual([first, second])
    await cloud.act(first, 'remove_from_placement_group')
    expect(await members()).toEqual([second])
    expect((await cloud.call('POST', `/servers/${first}/actions/remove_from_placement_group`)).status).toBe(404)
    expect((await cloud.call('DELETE', `/placement_groups/${id}`)).status).toBe(204)
    expect((await cloud.call('GET', `/servers/${second}`)).body).toMatchObject({ server: { placement_group: null } })
  })

  test('have room for ten', async () => {
    await using cloud = await createTestCloud()
    const made = await cloud.must(One, 'POST', '/placement_groups', { name: 'apart', type: 'spread' })
    const order = { ...SERVER_ORDER, placement_group: made.placement_group.id }
    for (let number = 1; number <= 10; number++) {
      expect((await cloud.call('POST', '/servers', { ...order, name: `s${number}` })).status).toBe(201)
    }
    expect(await cloud.call('POST', '/servers', order)).toMatchObject({
      status: 422,
      body: { error: { code: 'placement_error' } },
    })
  })
})
