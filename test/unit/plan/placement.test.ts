import { describe, expect, test } from 'vitest'
import { isChosen, rankPlacements } from '../../../src/plan/placement.ts'
import { placementInput, RETIREMENT, serverType, sourced, VAR_FILE } from './fixture.ts'

/** The ranked placements in short: `cx23@fsn1`. */
const rank = (change: Parameters<typeof placementInput>[0]) => {
  const { placements, notes, problems } = rankPlacements(placementInput(change))
  return { order: placements.map((one) => `${one.serverType}@${one.location}`), notes, problems }
}

const EVERYWHERE = { fsn1: 'in stock', nbg1: 'in stock', hel1: 'in stock' } as const
const CATALOGUE = [
  serverType('ccx13', { disk: 80, price: '0.0200', at: EVERYWHERE }),
  serverType('cx33', { disk: 80, price: '0.0080', at: EVERYWHERE }),
  serverType('cpx12', { price: '0.0070', at: EVERYWHERE }),
  serverType('cx23', { price: '0.0050', at: EVERYWHERE }),
  serverType('cax11', { architecture: 'arm', at: EVERYWHERE }),
]

describe('the order in which placements are tried', () => {
  test('is the preferred type, wherever it is, then the others of its disk, at the preferred place first', () => {
    expect(rank({ serverTypes: CATALOGUE, location: sourced('nbg1') })).toEqual({
      order: ['cx23@nbg1', 'cx23@fsn1', 'cx23@hel1', 'cpx12@nbg1', 'cpx12@fsn1', 'cpx12@hel1'],
      notes: [],
      problems: [],
    })
  })

  test('goes on to bigger disks only when that is allowed', () => {
    const { order } = rank({ serverTypes: CATALOGUE, allowBiggerDisk: true })
    expect(order.slice(0, 3)).toEqual(['cx23@fsn1', 'cx23@hel1', 'cx23@nbg1'])
    expect(order.slice(6, 9)).toEqual(['cx33@fsn1', 'ccx13@fsn1', 'cx33@hel1'])
    expect(order).toHaveLength(12)
  })

  test('puts the preferred type before smaller disks, and before a place', () => {
    const { order } = rank({
      serverTypes: CATALOGUE,
      serverType: sourced('cx33'),
      location: sourced('nbg1'),
      allowBiggerDisk: true,
    })
    expect(order.slice(0, 4)).toEqual(['cx33@nbg1', 'cx33@fsn1', 'cx33@hel1', 'cx23@nbg1'])
  })

  test('goes by price at one place, and what has no price comes last', () => {
    const serverTypes = [
      serverType('dear', { price: '0.9' }),
      serverType('unpriced', { price: undefined }),
      serverType('strange', { price: 'free' }),
      serverType('cheap', { price: '0.0010' }),
    ]
    const { placements } = rankPlacements(placementInput({ serverTypes }))
    expect(placements.map((one) => [one.serverType, one.pricePerHour])).toEqual([
      ['cheap', 0.001],
      ['dear', 0.9],
      ['strange', undefined],
      ['unpriced', undefined],
    ])
  })

  test('leaves out what is out of stock or retired, type or place, and keeps what is only announced', () => {
    const serverTypes = [
      serverType('cx23', { at: { fsn1: 'out of stock', nbg1: 'retired', hel1: 'to be retired' } }),
      serverType('gone', { deprecation: RETIREMENT.past }),
      serverType('going', { deprecation: RETIREMENT.future }),
    ]
    expect(rank({ serverTypes })).toMatchObject({
      order: ['cx23@hel1', 'going@fsn1'],
      notes: ['cx23 is out of stock in fsn1'],
    })
  })

  test('is the same whatever the order of the catalogue', () => {
    const { order } = rank({ serverTypes: CATALOGUE, allowBiggerDisk: true })
    expect(rank({ serverTypes: CATALOGUE.toReversed(), allowBiggerDisk: true }).order).toEqual(order)
  })

  test('may come to nothing, which is no mistake of the user', () => {
    expect(rank({ serverTypes: [serverType('cx23', { at: { fsn1: 'out of stock' } })] })).toEqual({
      order: [],
      notes: ['cx23 is out of stock in fsn1'],
      problems: [],
    })
  })
})

describe('no fallback', () => {
  test('is the first choice or nothing', () => {
    expect(rank({ serverTypes: CATALOGUE, noFallback: true }).order).toEqual(['cx23@fsn1'])
    const serverTypes = [serverType('cx23', { at: { fsn1: 'out of stock', nbg1: 'in stock' } })]
    expect(rank({ serverTypes, noFallback: true })).toMatchObject({
      order: [],
      notes: ['cx23 is out of stock in fsn1'],
    })
  })

  test('of a default that is not offered there is a mistake', () => {
    const serverTypes = [serverType('cx23', { at: { nbg1: 'in stock' } })]
    expect(rank({ serverTypes, noFallback: true }).problems).toMatchObject([
      { message: expect.stringContaining('not offered in the location "fsn1"') },
    ])
  })
})

describe('a server type that is only a default', () => {
  test.each([
    ['retired', [serverType('cx23', { deprecation: RETIREMENT.past }), serverType('cx24')]],
    ['unknown', [serverType('cx24')]],
  ])('is replaced when it is %s', (_, serverTypes) => {
    expect(rank({ serverTypes })).toEqual({
      order: ['cx24@fsn1'],
      notes: ['cx23 is no longer offered'],
      problems: [],
    })
  })

  test('is replaced by types with the smallest disk that holds the image', () => {
    const serverTypes = [serverType('tiny', { disk: 1 }), serverType('small'), serverType('big', { disk: 80 })]
    expect(rank({ serverTypes }).order).toEqual(['small@fsn1'])
    expect(rank({ serverTypes, rawBytes: undefined }).order).toEqual(['tiny@fsn1'])
  })

  test('is taken where it is offered when the wanted place has none', () => {
    const serverTypes = [serverType('cx23', { at: { nbg1: 'in stock' } })]
    expect(rank({ serverTypes, location: sourced('ash', VAR_FILE) })).toEqual({
      order: ['cx23@nbg1'],
      notes: ['cx23 is not offered in ash'],
      problems: [],
    })
  })

  test('is told to be gone where it was retired at one place only', () => {
    const serverTypes = [serverType('cx23', { at: { fsn1: 'retired', nbg1: 'in stock' } })]
    expect(rank({ serverTypes }).notes).toEqual(['cx23 is not offered in fsn1'])
  })
})

describe('whether a type was chosen', () => {
  const template = { kind: 'file', file: '_packer/talos-hcloud.pkr.hcl', line: 3 } as const
  test.each([
    ['cx23', { kind: 'default' }, false],
    ['cax11', template, false],
    ['cx23', { ...template, file: 'x.pkr.json' }, false],
    ['cx33', template, true],
    ['cx23', VAR_FILE, true],
    ['cx23', { kind: 'env', name: 'PKR_VAR_server_type_x86' }, true],
    ['cx23', { kind: 'flag', name: '-var' }, true],
  ] as const)('%s from %j: %s', (value, origin, is) => {
    expect(isChosen(sourced(value, origin))).toBe(is)
  })
})
