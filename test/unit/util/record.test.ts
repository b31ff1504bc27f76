import * as v from 'valibot'
import { expect, test } from 'vitest'
import { Image } from '../../../src/hetzner/wire.ts'
import { recordOf } from '../../../src/util/record.ts'
import { SNAPSHOT } from '../provider/fixture.ts'

const KEYS = JSON.parse('{"a": "1", "constructor": "2", "prototype": "3", "__proto__": "4"}')

test('a map has all of its keys, and none of them becomes its prototype', () => {
  const read = v.parse(recordOf(v.string()), KEYS)
  expect(JSON.stringify(read)).toBe(JSON.stringify(KEYS))
  expect(Object.getPrototypeOf(read)).toBe(Object.prototype)
  expect(v.is(recordOf(v.string()), { a: 1 })).toBe(false)
})

test.each([[[]], [null], ['a'], [undefined]])('%j is no map', (value) => {
  expect(v.is(recordOf(v.unknown()), value)).toBe(false)
})

test('so has a snapshot with such labels', () => {
  const labels = { ...SNAPSHOT.labels, constructor: 'x' }
  expect(v.parse(Image, { ...SNAPSHOT, labels }).labels).toEqual(labels)
})
