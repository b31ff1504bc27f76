import { describe, expect, test } from 'vitest'
import type { Image } from '../../../src/hetzner/wire.ts'
import { decidePrune } from '../../../src/plan/prune.ts'
import { snapshot as anySnapshot } from './fixture.ts'

const NOW_MS = Date.parse('2026-08-01T12:00:00Z')
const DAY_MS = 86_400_000

/** A published snapshot that is so many days old. */
function snapshot(id: number, days: number, change: Partial<Image> = {}): Image {
  const created = new Date(NOW_MS - days * DAY_MS).toISOString()
  return anySnapshot({ id, created, labels: { os: 'talos', 'talos-image/run': 'abcdefgh' }, ...change })
}

const worker = { labels: { os: 'talos', role: 'worker', 'talos-image/run': 'abcdefgh' } }

function decide(snapshots: readonly Image[], keep?: number, olderThanDays?: number, inUse: readonly number[] = []) {
  const olderThanMs = olderThanDays === undefined ? undefined : olderThanDays * DAY_MS
  return decidePrune(snapshots, new Map(inUse.map((id) => [id, [{ id: 1, name: 'web' }]])), {
    keep,
    olderThanMs,
    nowMs: NOW_MS,
  })
}
const going = (decisions: ReturnType<typeof decide>): number[] =>
  decisions.filter(({ goes }) => goes).map((one) => one.snapshot.id)

describe('prune', () => {
  test('keeps the newest of each role and architecture', () => {
    const all = [snapshot(1, 9), snapshot(2, 1), snapshot(3, 5, worker), snapshot(4, 8, { architecture: 'arm' })]
    expect(going(decide(all, 1))).toEqual([1])
    expect(going(decide([...all, snapshot(5, 20, worker)], 1))).toEqual([1, 5])
    expect(going(decide(all, 2))).toEqual([])
  })

  test.each([
    ['of another cluster', { cluster: 'beta' }],
    ['that Cluster API names', { 'caph-image-name': 'talos-b' }],
    ['with a label of its own', { team: '' }],
    ['of another schematic in a public label', { talos_schematic_id: 'ce4c980550dd2ab1b17bbf2b08801c7e' }],
    ['of a role that is not built in', { role: 'gpu-worker' }],
  ])('never counts a snapshot %s', (_, more) => {
    const labels = { os: 'talos', 'talos-image/run': 'abcdefgh' }
    const all = [snapshot(1, 9), snapshot(2, 1, { labels: { ...labels, ...more } })]
    expect(going(decide(all, 1))).toEqual([])
    expect(going(decide([...all, snapshot(3, 0)], 1))).toEqual([1])
  })

  test.each(['version', 'talos_version', 'talos-version'])('counts across versions that %s names', (label) => {
    const of = (version: string) => ({ labels: { os: 'talos', 'talos-image/run': 'a', [label]: version } })
    expect(going(decide([snapshot(1, 9, of('v1.12.1')), snapshot(2, 1, of('1.12.2'))], 1))).toEqual([1])
    // A label of that name that holds something else tells series apart.
    expect(going(decide([snapshot(1, 9, of('blue')), snapshot(2, 1, of('green'))], 1))).toEqual([])
  })

  test('looks only at snapshots with the labels that are asked for', () => {
    const of = (cluster: string) => ({ labels: { os: 'talos', 'talos-image/run': 'a', cluster } })
    const all = [1, 2].flatMap((id) => [
      snapshot(id, id, of('alpha')),
      snapshot(10 + id, id, of('beta')),
      snapshot(20 + id, id),
    ])
    const goingOf = (labels: Record<string, string | undefined>) =>
      going(decidePrune(all, new Map(), { keep: 1, labels, olderThanMs: undefined, nowMs: NOW_MS }))
    expect(goingOf({ cluster: 'alpha' })).toEqual([2])
    expect(goingOf({ cluster: undefined })).toEqual([12, 2])
    expect(goingOf({ cluster: 'alpha', role: undefined })).toEqual([])
  })

  test('spares what is young; with both, a snapshot must be old and too many', () => {
    const all = [snapshot(1, 40), snapshot(2, 31), snapshot(3, 29)]
    expect(going(decide(all, undefined, 30))).toEqual([2, 1])
    // The newest stays, however old it is.
    expect(going(decide([snapshot(1, 99)], undefined, 30))).toEqual([])
    expect(going(decide(all, 2, 30))).toEqual([1])
    expect(going(decide(all, 1, 35))).toEqual([1])
  })

  test.each<[string, Image, readonly number[]]>([
    ['protected', snapshot(1, 99, { protection: { delete: true } }), []],
    ['the server web was made from it', snapshot(1, 99), [1]],
    ['not old enough', snapshot(1, 99, { created: 'some day' }), []],
  ])('spares what is %s', (reason, image, inUse) => {
    const newest = snapshot(9, 0)
    expect(decide([image, newest], undefined, 30, inUse)).toContainEqual({
      snapshot: image,
      series: { architecture: 'x86', labels: { os: 'talos' } },
      servers: inUse.map(() => ({ id: 1, name: 'web' })),
      goes: false,
      reason,
    })
  })

  test('has nothing to do with what others made, or what is not published', () => {
    const foreign = snapshot(1, 99, { labels: { os: 'talos' } })
    const unpublished = snapshot(2, 99, {
      labels: { ...foreign.labels, 'talos-image/run': 'a', 'talos-image/lease': '1' },
    })
    expect(decide([foreign, unpublished], undefined, 30)).toEqual([])
  })

  test.each<[string, number | undefined, number | undefined, RegExp]>([
    ['keep: NaN', Number.NaN, undefined, /^keep: NaN is not a number of snapshots/],
    ['keep: 1.5', 1.5, undefined, /^keep: 1\.5 is not/],
    ['keep: 0', 0, undefined, /^keep: 0 is not/],
    ['keep: -1', -1, undefined, /^keep: -1 is not/],
    ['olderThanMs: NaN', undefined, Number.NaN, /^olderThanMs: NaN is not an age/],
    ['olderThanMs: -1', undefined, -1 / DAY_MS, /^olderThanMs: -1 is not/],
  ])('refuses %s', (_, keep, olderThanDays, message) => {
    expect(() => decide([snapshot(1, 9)], keep, olderThanDays)).toThrow(message)
  })

  test('keeps all of them, or those of any age', () => {
    const all = [snapshot(1, 9), snapshot(2, 5), snapshot(3, 1)]
    expect(going(decide(all, Number.POSITIVE_INFINITY))).toEqual([])
    expect(going(decide(all, 1, Number.POSITIVE_INFINITY))).toEqual([])
  })

  test('says why', () => {
    const reasons = decide([snapshot(1, 41), snapshot(2, 1.5), snapshot(3, 0)], 2).map(({ reason }) => reason)
    expect(reasons).toEqual([
      'the newest generic x86',
      'one of the 2 newest generic x86',
      'number 3 of generic x86, 41 days old',
    ])
  })
})
