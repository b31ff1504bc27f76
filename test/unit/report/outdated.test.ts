import { describe, expect, test } from 'vitest'
import { findAges } from '../../../src/report/outdated.ts'
import { snapshot } from '../plan/fixture.ts'

const snapshotOf = (version: string, role?: string) =>
  snapshot({ labels: { os: 'talos', version, ...(role === undefined ? {} : { role }) } })

describe('newer versions', () => {
  const versions = ['v1.12.2', 'v1.12.10', 'v1.13.9', 'v1.14.0-beta.1', 'nonsense']

  test.each([
    ['v1.12.2', 'v1.12.10', 'v1.13.9'],
    ['v1.12.10', null, 'v1.13.9'],
    ['v1.13.9', null, null],
    ['v1.14.0-beta.1', null, null],
    ['v1.13.0-alpha.1', 'v1.13.9', null],
  ])('than %s are %s and %s', (version, newerPatch, newerMinor) => {
    expect(findAges([snapshotOf(version)], versions)).toMatchObject([{ version, newerPatch, newerMinor }])
  })

  test('are those than the newest snapshot of its kind', () => {
    const images = [snapshotOf('v1.12.2', 'worker'), snapshotOf('v1.13.9', 'worker'), snapshotOf('v1.12.10')]
    expect(findAges(images, versions).map(({ series, version }) => [series.labels.role, version])).toEqual([
      [undefined, 'v1.12.10'],
      ['worker', 'v1.13.9'],
    ])
  })

  test('are not looked for without a version', () => {
    expect(findAges([{ ...snapshotOf('latest'), description: 'Talos' }], versions)).toEqual([])
  })
})
