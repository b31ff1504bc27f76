import { describe, expect, test } from 'vitest'
import { describeSeries, seriesKey, seriesOf, talosVersionOf } from '../../../src/plan/series.ts'

const labels = { os: 'talos', arch: 'x86', version: 'v1.12.2', creator: 'hcloud-talos', type: 'infra' }
const of = (more: Record<string, string>) => ({ architecture: 'x86', labels: { ...labels, ...more } }) as const

describe('a series', () => {
  test('has the public labels, whatever the version and the order', () => {
    const key = seriesKey(of({}))
    expect(seriesKey(of({ version: '1.13.0', 'talos-image/run': 'abc' }))).toBe(key)
    expect(
      seriesKey({
        architecture: 'x86',
        labels: { version: 'v1.11.0', type: 'infra', creator: 'hcloud-talos', arch: 'x86', os: 'talos' },
      }),
    ).toBe(key)
    expect(seriesKey({ ...of({}), architecture: 'arm' })).not.toBe(key)
    expect(seriesKey(of({ cluster: 'alpha' }))).not.toBe(key)
  })

  test.each([
    [{}, 'generic x86'],
    [{ role: 'worker' }, 'worker x86'],
    [{ cluster: 'alpha', keep: '' }, 'generic x86 (cluster=alpha, keep)'],
    [{ type: 'other' }, 'generic x86 (type=other)'],
  ])('%j is named "%s"', (more, name) => {
    expect(describeSeries(seriesOf(of(more)))).toBe(name)
  })
})

test.each([
  [{ version: 'v1.12.2' }, 'Talos v1.11.0', 'v1.12.2'],
  [{ version: '1.12.2' }, '', 'v1.12.2'],
  [{ talos_version: 'v1.11.5' }, '', 'v1.11.5'],
  [{ 'talos-image/version': 'v1.10.1' }, 'Talos v1.11.0', 'v1.10.1'],
  [{ version: 'blue' }, 'Talos Linux v1.12.2 x86', 'v1.12.2'],
  [{}, 'from v1.12.2 to v1.13.0', undefined],
  [{}, 'Talos', undefined],
])('the version of %j, "%s" is %s', (given, description, version) => {
  expect(talosVersionOf({ labels: given, description })).toBe(version)
})
