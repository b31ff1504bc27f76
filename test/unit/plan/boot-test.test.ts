import { describe, expect, test } from 'vitest'
import { type BootWish, rankBootPlacements } from '../../../src/plan/boot-test.ts'
import { bootTestedLabels } from '../../../src/plan/labels.ts'
import { serverType } from './fixture.ts'

const LOCATIONS = [
  { name: 'fsn1', network_zone: 'eu-central' },
  { name: 'ash', network_zone: 'us-east' },
]
const BOTH = { fsn1: 'in stock', ash: 'in stock' } as const
const NOW = Date.parse('2026-11-29T00:00:00Z')

const rank = (change: Partial<BootWish>, types = TYPES) =>
  rankBootPlacements(
    { architecture: 'x86', diskGb: 40, location: 'fsn1', networkZones: undefined, only: undefined, ...change },
    { serverTypes: types, locations: LOCATIONS, nowMs: NOW },
  ).map(({ serverType: type, location }) => `${type}@${location}`)

const TYPES = [
  serverType('big', { disk: 80, at: BOTH }),
  serverType('small', { disk: 20, at: BOTH }),
  serverType('fits', { disk: 40, at: BOTH }),
  serverType('arm', { architecture: 'arm', at: BOTH }),
]

describe('where a snapshot is booted', () => {
  test('the smallest disk that it starts on comes first, then the location', () => {
    expect(rank({})).toEqual(['fits@fsn1', 'fits@ash', 'big@fsn1', 'big@ash'])
    expect(rank({ location: 'ash' })).toEqual(['fits@ash', 'fits@fsn1', 'big@ash', 'big@fsn1'])
    expect(rank({ diskGb: 41 })).toEqual(['big@fsn1', 'big@ash'])
    expect(rank({ diskGb: 200 })).toEqual([])
  })

  test('where its networks are, or as it was chosen', () => {
    expect(rank({ networkZones: ['us-east'] })).toEqual(['fits@ash', 'big@ash'])
    expect(rank({ only: 'big' })).toEqual(['big@fsn1'])
  })

  test('only where it is in stock', () => {
    expect(rank({}, [serverType('fits', { at: { fsn1: 'out of stock', ash: 'in stock' } })])).toEqual(['fits@ash'])
  })
})

test.each([
  ['v1.13.9', 'v1.13.9'],
  ['v1.14.0-beta.1', 'v1.14.0-beta.1'],
  [undefined, 'talos'],
  ['v1 <b>', 'talos'],
  [`v1.${'9'.repeat(80)}`, 'talos'],
])('a version of %s becomes the label %s', (version, label) => {
  expect(bootTestedLabels({ version })).toEqual({ 'talos-image/boot-tested': label })
})
