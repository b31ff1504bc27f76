import { expect, test } from 'vitest'
import { describeContradictions, judgeFacts, namesOf } from '../../../src/run/judge-boot.ts'

const IMAGE = { talosVersion: 'v1.13.9', architecture: 'arm', schematicId: 'abc' } as const
const SAID = { version: 'v1.13.9', architecture: 'arm64', platform: 'hcloud', schematic: 'abc', instance: '42' }

test('what is as it should be is proven', () => {
  const facts = judgeFacts(SAID, IMAGE, 42)
  expect(namesOf(facts, 'proven')).toEqual(['version', 'architecture', 'platform', 'schematic', 'server'])
})

test.each([
  ['version', { version: 'v1.12.2' }, 'version v1.12.2 instead of v1.13.9'],
  ['architecture', { architecture: 'amd64' }, 'architecture amd64 instead of arm64'],
  ['platform', { platform: 'metal' }, 'platform metal instead of hcloud'],
  ['schematic', { schematic: 'def' }, 'schematic def instead of abc'],
  ['server', { instance: '43' }, 'server 43 instead of 42'],
])('another %s is a contradiction', (_, change, told) => {
  expect(describeContradictions(judgeFacts({ ...SAID, ...change }, IMAGE, 42))).toEqual([told])
})

test('what is not told is neither', () => {
  const facts = judgeFacts({ ...SAID, version: undefined, schematic: undefined }, IMAGE, 42)
  expect(namesOf(facts, 'unreadable')).toEqual(['version', 'schematic'])
  expect(describeContradictions(facts)).toEqual([])
})

test('what is told counts when nothing says what it should be', () => {
  const facts = judgeFacts(SAID, { ...IMAGE, talosVersion: '', schematicId: undefined }, 42)
  expect(facts).toMatchObject({
    version: { verdict: 'proven', expected: undefined, found: 'v1.13.9' },
    schematic: { verdict: 'proven', expected: undefined, found: 'abc' },
  })
})
