import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { ServerType } from '../support/wire.ts'
import { createTestCloud } from './fixture.ts'

const Types = v.object({ server_types: v.array(ServerType) })

describe('/server_types', () => {
  test('says where a type is offered, retired and in stock', async () => {
    await using cloud = await createTestCloud({ outOfStock: ['cax11@fsn1', 'ccx13', '@sin'] })
    const { server_types } = await cloud.must(Types, 'GET', '/server_types?per_page=50')
    const places = (name: string) =>
      server_types
        .find((type) => type.name === name)
        ?.locations.map((place) => `${place.name} ${place.available}${place.deprecation === null ? '' : ' retired'}`)
    expect(places('cax11')).toEqual(['fsn1 false', 'nbg1 true', 'hel1 true'])
    expect(places('ccx13')?.every((place) => place.endsWith('false'))).toBe(true)
    expect(places('cpx11')).toEqual([
      'fsn1 false retired',
      'nbg1 false retired',
      'hel1 false retired',
      'ash true',
      'hil true',
      'sin false',
    ])
    expect(places('cx22')).toBeUndefined()
    expect(server_types.find(({ name }) => name === 'cx32')?.deprecation?.unavailable_after).toMatch(/^2025-12-31T/)
    expect(server_types.find(({ name }) => name === 'cpx11')?.deprecation).toBeNull()
  })

  test('has a price for every location of every type', async () => {
    await using cloud = await createTestCloud()
    const { server_types } = await cloud.must(Types, 'GET', '/server_types?per_page=50')
    for (const { prices, locations } of server_types) {
      expect(prices.map(({ location }) => location)).toEqual(locations.map(({ name }) => name))
    }
    const [cax11] = (await cloud.must(Types, 'GET', '/server_types?name=cax11')).server_types
    expect(cax11).toMatchObject({ id: 45, architecture: 'arm', cores: 2, memory: 4, disk: 40 })
    expect(cax11?.prices[0]).toMatchObject({
      location: 'fsn1',
      price_hourly: { net: '0.0072', gross: '0.0086' },
      price_monthly: { net: '4.4900', gross: '5.3431' },
    })
  })
})
