import { describe, expect, test } from 'vitest'
import type { TalosImageError } from '../../../src/errors.ts'
import type { Image } from '../../../src/hetzner/wire.ts'
import { chooseImages } from '../../../src/plan/choose-images.ts'
import { createPlan } from '../../../src/plan/create-plan.ts'
import { IDENTITY_LABEL, LEASE_LABEL } from '../../../src/plan/labels.ts'
import type { Facts } from '../../../src/plan/plan.ts'
import type { PlanRequest } from '../../../src/plan/request.ts'
import { PLAIN_SERVER, resolveServer } from '../../../src/plan/server-settings.ts'
import {
  facts,
  location,
  planRequest,
  serverType,
  snapshot,
  sourced,
  urlSource,
  VAR_FILE,
  variables,
} from './fixture.ts'

function make(request: Partial<PlanRequest> = {}, found: Partial<Facts> = {}) {
  const whole = planRequest(request)
  return createPlan(whole, chooseImages(whole).images, [], facts(found))
}

/** A published snapshot of the second planned image. */
function published(change: Partial<Image> = {}): Image {
  const planned = make().images[1]
  return snapshot({
    ...change,
    labels: { ...planned?.labels, [IDENTITY_LABEL]: planned?.identity ?? '', ...change.labels },
  })
}

const failure = (work: () => unknown): TalosImageError['problems'] => {
  try {
    work()
  } catch (error) {
    if (error instanceof Error && 'problems' in error && Array.isArray(error.problems)) return error.problems
    throw error
  }
  throw new Error('it did not fail')
}

describe('a planned image', () => {
  test('is described as users know it', () => {
    const { images, talosVersion } = make()
    expect(talosVersion).toBe('v1.12.2')
    expect(images.map(({ name, description }) => [name, description])).toEqual([
      ['arm', 'Talos Linux v1.12.2 ARM by hcloud-talos'],
      ['x86', 'Talos Linux v1.12.2 x86 by hcloud-talos'],
    ])
    expect(images[0]?.labels).toMatchObject({ os: 'talos', arch: 'arm', version: 'v1.12.2' })
    expect(images[0]?.placements[0]).toMatchObject({ serverType: 'cax11', location: 'fsn1' })
    expect(images[0]?.identity).not.toBe(images[1]?.identity)
  })

  test('may have labels and a description of its own; then another is not the same', () => {
    const labels = new Map([
      ['cluster', sourced('alpha')],
      ['team', sourced('us')],
    ])
    const same = published({ id: 2 })
    const { images } = make({ labels, description: sourced('Talos of alpha') }, { snapshots: [same] })
    expect(images.map(({ description }) => description)).toEqual(['Talos of alpha', 'Talos of alpha'])
    expect(images[1]?.labels).toEqual({ ...make().images[1]?.labels, cluster: 'alpha', team: 'us' })
    expect(images[1]?.existing).toBeUndefined()
    expect(make({}, { snapshots: [same] }).images[1]?.existing?.id).toBe(2)
  })
})

test('the role stands in the description, whatever it is, and generic images keep theirs', () => {
  const sources = Array.from({ length: 3 }, () => urlSource('https://example.com/x86'))
  const { images } = make({ roles: [undefined, 'control-plane', 'gpu-1'], architectures: ['x86'] }, { sources })
  expect(images.map(({ description }) => description)).toEqual([
    'Talos Linux v1.12.2 x86 by hcloud-talos',
    'Talos Linux v1.12.2 x86 by hcloud-talos (control-plane)',
    'Talos Linux v1.12.2 x86 by hcloud-talos (gpu-1)',
  ])
  expect(images.map(({ labels }) => labels.role)).toEqual([undefined, 'control-plane', 'gpu-1'])
})

describe('a snapshot that is the same', () => {
  test('makes building needless', () => {
    const { images } = make({}, { snapshots: [published({ id: 2 }), published({ id: 1 })] })
    expect(images.map(({ existing }) => existing?.id)).toEqual([undefined, 2])
    expect(images[1]?.replaces).toEqual([])
  })

  test.each([
    ['is still being made', { status: 'creating' as const }],
    ['is still temporary', { labels: { [LEASE_LABEL]: '1500000000' } }],
    ['has another identity', { labels: { [IDENTITY_LABEL]: 'f'.repeat(40) } }],
    ['would not be found by selectors', { labels: { os: 'other' } }],
    ['is of the other architecture', { architecture: 'arm' as const }],
  ])('does not count when it %s', (_, change) => {
    expect(make({}, { snapshots: [published(change)] }).images[1]?.existing).toBeUndefined()
  })

  test('is replaced, with all others that are the same, when that is forced', () => {
    const snapshots = [published({ id: 2 }), published({ id: 1 }), snapshot({ id: 9 })]
    const image = make({ force: true }, { snapshots }).images[1]
    expect(image?.existing).toBeUndefined()
    expect(image?.replaces.map(({ id }) => id)).toEqual([2, 1])
  })

  test("is replaced as Packer's plugin does when it is for that: by its description, and used ones are no error", () => {
    const { description } = make().images[1] ?? { description: '' }
    const others = [{ architecture: 'arm' as const }, { labels: { [LEASE_LABEL]: '1' } }, { description: 'another' }]
    const snapshots = [
      snapshot({ id: 9, description }),
      published({ id: 2, description }),
      ...others.map((change, index) => snapshot({ id: 3 + index, description, ...change })),
    ]
    const users = new Map([[9, [{ id: 5, name: 'alpha' }]]])
    const image = make({ force: true, replaceAsPacker: true }, { snapshots, users }).images[1]
    expect(image?.replaces.map(({ id }) => id)).toEqual([9, 2])
    expect(make({ replaceAsPacker: true }, { snapshots }).images[1]).toMatchObject({
      existing: { id: 2 },
      replaces: [],
    })
  })

  test('is never taken for standard input', () => {
    const source = { ...urlSource('x'), source: { kind: 'stdin' } as const }
    const [image] = make({ architectures: ['x86'] }, { sources: [source], snapshots: [published()] }).images
    expect(image).toMatchObject({ identity: undefined, existing: undefined })
  })
})

describe('the build server', () => {
  const NETWORK = { id: 5, name: 'inner', subnets: [{ network_zone: 'eu-central' }], routes: [] }
  const settings = (change: object, zone = 'eu-central') => {
    const network = { ...NETWORK, subnets: [{ network_zone: zone }] }
    const asked = { ...PLAIN_SERVER, ...change }
    return resolveServer(asked, { firewalls: [], networks: [network] }).settings
  }

  test('without an IPv4 address costs less, and is the same image', () => {
    const bare = settings({ ipv4: sourced(false) })
    const [before, after] = [make(), make({}, { servers: [bare, bare] })]
    expect(after.cost.build).toBeCloseTo(0.006 + 0.005, 6)
    expect(after.images.map(({ identity }) => identity)).toEqual(before.images.map(({ identity }) => identity))
    expect(after.images.map(({ labels }) => labels)).toEqual(before.images.map(({ labels }) => labels))
    expect(after.images[0]?.server).toEqual(bare)
  })

  test('stands where its networks are', () => {
    const inner = settings({ networks: [sourced('inner')] })
    const locations = [location('fsn1'), { ...location('ash'), network_zone: 'us-east' }]
    const serverTypes = ['cx23', 'cax11'].map((name) =>
      serverType(name, { at: { fsn1: 'in stock', ash: 'in stock' }, architecture: name === 'cx23' ? 'x86' : 'arm' }),
    )
    const places = (servers: Facts['servers']) =>
      make({}, { servers, locations, serverTypes }).images[0]?.placements.map((placement) => placement.location)
    expect(places([settings({}), settings({})])).toEqual(['fsn1', 'ash'])
    expect(places([inner, inner])).toEqual(['fsn1'])
  })

  test('cannot stand where its networks are not', () => {
    const away = settings({ networks: [sourced('inner')] }, 'us-east')
    expect(() => make({}, { servers: [away, away] })).toThrow(
      'the location "fsn1" is in the network zone eu-central, which the networks of the build server do not reach',
    )
  })
})

describe('the cost', () => {
  test('is that of the servers with their addresses, and of the snapshots', () => {
    const { cost } = make()
    expect(cost.currency).toBe('EUR')
    expect(cost.build).toBeCloseTo(0.006 + 0.0008 + 0.005 + 0.0008, 6)
    expect(cost.snapshotsPerMonth).toBeCloseTo(0.2 * 0.011, 6)
    expect([...cost.addressPerHour]).toEqual([['fsn1', 0.0008]])
  })

  test('is only of what is built', () => {
    const { cost } = make({}, { snapshots: [published()] })
    expect(cost.build).toBeCloseTo(0.0068, 6)
    expect(cost.snapshotsPerMonth).toBeCloseTo(0.1 * 0.011, 6)
  })

  test('is unknown when a part of it is', () => {
    const sources = [urlSource('https://a/1', { transferBytes: undefined }), urlSource('https://a/2')]
    expect(make({}, { sources }).cost).toMatchObject({ snapshotsPerMonth: undefined, build: expect.any(Number) })
    const serverTypes = [serverType('cx23', { price: undefined }), serverType('cax11', { architecture: 'arm' })]
    expect(make({}, { serverTypes }).cost.build).toBeUndefined()
  })
})

describe('mistakes', () => {
  test('are all said, each once', () => {
    const problems = failure(() =>
      make(
        {
          roles: ['worker', 'control-plane'],
          variables: variables({
            location: sourced('fsn2', VAR_FILE),
            serverTypes: { arm: sourced('cax1', VAR_FILE), x86: sourced('cax11', VAR_FILE) },
          }),
        },
        { sources: Array(4).fill(urlSource('https://a/x')) },
      ),
    )
    expect(problems.map(({ message }) => message)).toEqual([
      'Hetzner Cloud has no location "fsn2"',
      'Hetzner Cloud has no server type "cax1"',
      expect.stringContaining('"cax11" is arm'),
    ])
    expect(problems.every(({ at }) => at === VAR_FILE)).toBe(true)
  })

  test('include a disk that is too small', () => {
    const sources = [urlSource('https://a/1'), urlSource('https://a/2', { rawBytes: 41e9 })]
    expect(failure(() => make({}, { sources }))).toMatchObject([{ code: 'source' }])
  })
})
