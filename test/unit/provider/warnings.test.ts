import { describe, expect, test } from 'vitest'
import type { SnapshotState } from '../../../src/provider/resources/snapshot/attributes.ts'
import {
  findAdopted,
  findLateKeep,
  findOtherSource,
  findUnexpected,
} from '../../../src/provider/resources/snapshot/warnings.ts'
import { CONFIG, HEX, SNAPSHOT } from './fixture.ts'

const PRIOR: SnapshotState = { ...CONFIG, id: '7', source_sha256: HEX, keep_on_destroy: false }

describe('a snapshot that is there', () => {
  const image = { existing: SNAPSHOT, bootTest: undefined }

  test('will be adopted, and stays or goes as the configuration says', () => {
    const [{ summary, detail } = { summary: '' }] = findAdopted(image, CONFIG, false)
    expect(summary).toMatch(/^the snapshot 7 \(.*\) exists already, and will be adopted$/)
    expect(detail).toMatch(/it stays when the resource is destroyed/)
    expect(findAdopted(image, { keep_on_destroy: false }, false)[0]?.detail).toMatch(/changes and destroys it/)
  })

  test('is not said to be adopted when it is one that is replaced', () => {
    expect(findAdopted(image, CONFIG, true)[0]?.summary).toMatch(/is one that Terraform has already$/)
  })

  test('is told in apply unless the plan knew it', () => {
    expect(findUnexpected(SNAPSHOT, CONFIG, { isHeld: false, expected: '7' })).toEqual([])
    const told = [
      findUnexpected(SNAPSHOT, CONFIG, { isHeld: false, expected: '' }),
      findUnexpected(SNAPSHOT, CONFIG, { isHeld: true, expected: '7' }),
    ].map(([first]) => first?.summary.replace(/.*\) /, ''))
    expect(told).toEqual(['was adopted, which the plan did not know', 'is that of another resource, too'])
  })
})

describe('another hash of the source', () => {
  test.each<[string, string | null, Partial<SnapshotState>, boolean]>([
    ['is wrong', '1'.repeat(64), {}, true],
    [
      'is wrong where the label alone tells it',
      '1'.repeat(64),
      { source_sha256: null, own_labels: { 'talos-image/source-sha256': HEX.slice(32) } },
      true,
    ],
    ['may be right where nothing tells it', '1'.repeat(64), { source_sha256: null }, false],
    ['is none when it is the same', HEX.toUpperCase(), {}, false],
    ['is none when there is none', null, {}, false],
  ])('%s', (_, sha256, change, isWrong) => {
    const told = findOtherSource({ ...CONFIG, sha256 }, { ...PRIOR, ...change })
    expect(told.map(({ severity, path }) => [severity, path])).toEqual(isWrong ? [['error', ['sha256']]] : [])
  })
})

test('keep_on_destroy comes too late with a replacement', () => {
  expect(findLateKeep({ ...CONFIG, keep_on_destroy: true }, PRIOR)).toMatchObject([{ path: ['keep_on_destroy'] }])
  expect(findLateKeep({ ...CONFIG, keep_on_destroy: true }, { ...PRIOR, keep_on_destroy: true })).toEqual([])
  expect(findLateKeep(CONFIG, PRIOR)).toEqual([])
})
