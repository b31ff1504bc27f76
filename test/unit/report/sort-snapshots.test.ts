import { describe, expect, test } from 'vitest'
import { toSnapshotRecord } from '../../../src/report/snapshot.ts'
import { SORT_FIELDS, type SortField } from '../../../src/report/sort-fields.ts'
import { sortSnapshots } from '../../../src/report/sort-snapshots.ts'
import { snapshot } from '../plan/fixture.ts'

const record = (id: number, change: Parameters<typeof snapshot>[0] = {}) =>
  toSnapshotRecord(snapshot({ id, ...change }), 'https://factory.example')

const ALL = [
  record(1, {
    labels: { version: 'v1.9.5', role: 'worker' },
    created: '2026-07-03T10:00:00+02:00',
    image_size: 0.3,
    description: 'b',
  }),
  record(2, {
    labels: { version: 'v1.12.2' },
    architecture: 'arm',
    created: '2026-07-03T09:00:00+00:00',
    image_size: 0.1,
    description: 'c',
  }),
  record(3, {
    labels: { version: 'v1.12.10', role: 'control-plane' },
    created: '2026-07-01T10:00:00+00:00',
    image_size: null,
    description: 'a',
  }),
  record(4, { labels: {}, created: '2026-07-02T10:00:00+00:00', image_size: 0.2, description: 'd' }),
]
const idsOf = (snapshots: typeof ALL): number[] => snapshots.map(({ id }) => id)

describe('sortSnapshots', () => {
  const ORDERS: Readonly<Record<SortField, readonly [up: number[], down: number[]]>> = {
    id: [
      [1, 2, 3, 4],
      [4, 3, 2, 1],
    ],
    // By time, not by text: the first one is in another zone.
    created: [
      [3, 4, 1, 2],
      [2, 1, 4, 3],
    ],
    version: [
      [1, 2, 3, 4],
      [3, 2, 1, 4],
    ],
    architecture: [
      [2, 1, 3, 4],
      [4, 3, 1, 2],
    ],
    role: [
      [3, 1, 2, 4],
      [1, 3, 2, 4],
    ],
    size: [
      [2, 4, 1, 3],
      [1, 4, 2, 3],
    ],
    description: [
      [3, 1, 2, 4],
      [4, 2, 1, 3],
    ],
  }

  test.each(SORT_FIELDS)('by %s, either way; what has none comes last', (field) => {
    const [up, down] = ORDERS[field]
    expect(idsOf(sortSnapshots(ALL.toReversed(), { field, descending: false }))).toEqual(up)
    expect(idsOf(sortSnapshots(ALL, { field, descending: true }))).toEqual(down)
  })
})
