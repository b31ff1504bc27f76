import { describe, expect, test } from 'vitest'
import { rankPlacements } from '../../../src/plan/placement.ts'
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

test('an API that offers nothing is said to, in whole sentences', () => {
  const { problems } = rank({ serverTypes: [], locations: [], serverType: sourced('zzz', VAR_FILE), chosenType: true })
  expect(problems.map(({ hint }) => hint)).toEqual([
    'there are none: look at the Console, or at HCLOUD_ENDPOINT',
    'for x86 there are none',
    'no server type is big enough',
  ])
})

describe('a server type that was chosen', () => {
  const chosen = (name: string, change: Parameters<typeof placementInput>[0] = {}) =>
    rank({ serverTypes: CATALOGUE, serverType: sourced(name, VAR_FILE), chosenType: true, ...change })

  test('comes first, then the others', () => {
    expect(chosen('cpx12').order[0]).toBe('cpx12@fsn1')
    expect(chosen('cx33').order).toContain('cpx12@fsn1')
  })

  test('that does not exist is a mistake, with the near names', () => {
    const { order, problems } = chosen('cx32')
    expect(order).toEqual([])
    expect(problems).toEqual([
      {
        code: 'config',
        message: 'Hetzner Cloud has no server type "cx32"',
        at: VAR_FILE,
        hint: expect.stringMatching(/^did you mean "cx23" or "cx33"|^did you mean "cx33"/),
      },
    ])
    expect(chosen('zzzzzzzz').problems[0]?.hint).toBe('for x86 there are cpx12, cx23, ccx13, cx33')
  })

  test('that was retired is a mistake, with the date and what there is', () => {
    const serverTypes = [...CATALOGUE, serverType('cx22', { deprecation: RETIREMENT.past })]
    const { problems } = chosen('cx22', { serverTypes })
    expect(problems[0]?.message).toBe('the server type "cx22" was retired on 2025-12-31')
    expect(problems[0]?.hint).toBe('for x86 there are cpx12, cx23, ccx13, cx33')
  })

  test('of the other architecture is a mistake', () => {
    const { problems } = chosen('cax11')
    expect(problems).toHaveLength(1)
    expect(problems[0]?.message).toContain('"cax11" is arm, but an x86 image')
  })

  test('that is not offered at the place is a mistake, with what is', () => {
    const serverTypes = [
      serverType('cx23', { at: { fsn1: 'in stock', nbg1: 'in stock', hel1: 'retired' } }),
      serverType('cpx11', { at: { hel1: 'retired', ash: 'in stock' } }),
      serverType('ccx13', { at: { hel1: 'out of stock' } }),
    ]
    const { problems } = chosen('cx23', { serverTypes, location: sourced('hel1') })
    expect(problems).toEqual([
      {
        code: 'config',
        message: 'the server type "cx23" is not offered in the location "hel1"',
        at: VAR_FILE,
        hint: 'it is offered in fsn1, nbg1; in "hel1" there are ccx13',
      },
    ])
    expect(chosen('cx23', { serverTypes, location: sourced('ash') }).problems[0]?.hint).toContain(
      'in "ash" there are cpx11',
    )
  })

  test('that was retired at every place is a mistake that says so', () => {
    const serverTypes = [...CATALOGUE, serverType('old', { at: { fsn1: 'retired' } })]
    const { problems } = chosen('old', { serverTypes })
    expect(problems[0]?.hint).toMatch(/^it is offered nowhere any more; in "fsn1" there are /)
    expect(problems[0]?.hint).not.toContain('old')
  })

  test('that is out of stock is no mistake', () => {
    const serverTypes = [serverType('mine', { at: { fsn1: 'out of stock' } }), serverType('cx23')]
    expect(chosen('mine', { serverTypes })).toEqual({
      order: ['cx23@fsn1'],
      notes: ['mine is out of stock in fsn1'],
      problems: [],
    })
  })
})

describe('the size of the disk', () => {
  const GB = 1e9

  test('that just holds the image is enough, one byte less is not', () => {
    expect(rank({ rawBytes: 40 * GB }).problems).toEqual([])
    expect(rank({ rawBytes: 40 * GB + 1 }).problems).toMatchObject([{ code: 'source' }])
  })

  test('that is too small is a mistake that names a type that can be had', () => {
    const serverTypes = [
      serverType('cx23'),
      serverType('cx32', { disk: 80, deprecation: RETIREMENT.past }),
      serverType('cpx21', { disk: 80, at: { fsn1: 'retired', ash: 'in stock' } }),
      serverType('cx33', { disk: 80 }),
    ]
    const { problems } = rank({ serverTypes, rawBytes: 50 * GB })
    expect(problems[0]?.message).toContain('has 50.0 GB, more than the 40 GB of the server type "cx23"')
    expect(problems[0]?.hint).toBe('"cx33" has 80 GB')
    expect(rank({ rawBytes: 5000 * GB }).problems[0]?.hint).toBe('no server type is big enough')
  })

  test('that no type has is a mistake even when the default is gone', () => {
    const { problems } = rank({ serverTypes: [serverType('cx24')], rawBytes: 5000 * GB })
    expect(problems).toMatchObject([{ code: 'source', message: expect.stringContaining('5000.0 GB') }])
  })

  test('does not matter for an image of unknown size', () => {
    expect(rank({ rawBytes: undefined }).order).toEqual(['cx23@fsn1'])
  })
})

test('a place that does not exist is a mistake, together with the others', () => {
  const { problems } = rank({
    serverType: sourced('cx99', VAR_FILE),
    chosenType: true,
    location: sourced('fsn', VAR_FILE),
  })
  expect(problems.map(({ message }) => message)).toEqual([
    'Hetzner Cloud has no location "fsn"',
    'Hetzner Cloud has no server type "cx99"',
  ])
  expect(problems[0]?.hint).toBe('did you mean "fsn1"?')
  expect(rank({ location: sourced('moon') }).problems[0]?.hint).toBe('there are fsn1, nbg1, hel1, ash')
})
