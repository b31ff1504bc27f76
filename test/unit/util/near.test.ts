import { describe, expect, test } from 'vitest'
import { didYouMean, nearNames } from '../../../src/util/near.ts'

const TYPES = ['cax11', 'cax21', 'cx23', 'cx33', 'ccx13', 'cpx11']

describe('near names', () => {
  test.each([
    ['cax1', ['cax11', 'cax21', 'cpx11']],
    ['CX23', ['cx23', 'ccx13', 'cx33']],
    ['nothing-like-it', []],
  ])('of %s are %j', (name, near) => {
    expect(nearNames(name, TYPES)).toEqual(expect.arrayContaining(near.slice(0, 1)))
    expect(nearNames(name, TYPES).length).toBeLessThanOrEqual(3)
    if (near.length === 0) expect(nearNames(name, TYPES)).toEqual([])
  })

  test('are those that differ in at most a third, nearest first, then by name', () => {
    expect(nearNames('abcdef', ['abcxyz', 'abcdxy', 'abcdeb', 'abcdea'])).toEqual(['abcdea', 'abcdeb', 'abcdxy'])
  })

  test('are those that one holds whole', () => {
    expect(nearNames('iscsi', ['siderolabs/iscsi-tools', 'siderolabs/gvisor'])).toEqual(['siderolabs/iscsi-tools'])
    expect(nearNames('siderolabs/iscsi-tools', ['iscsi-tools'])).toEqual(['iscsi-tools'])
  })

  test('are not those that are just short', () => {
    expect(nearNames('talos_version', ['', 'v', 'os'])).toEqual([])
    expect(nearNames('', ['cax11', 'location'])).toEqual([])
  })

  test('are at most as many as wanted', () => {
    expect(nearNames('abc1', ['abc2', 'abc3', 'abc4', 'abc5'], 2)).toEqual(['abc2', 'abc3'])
  })
})

test('a question names one, two or three', () => {
  expect(didYouMean('zzzzzz', TYPES)).toBeUndefined()
  expect(didYouMean('fsn', ['fsn1', 'nbg1'])).toBe('did you mean "fsn1"?')
  expect(didYouMean('abc1', ['abc2', 'abc3'])).toBe('did you mean "abc2" or "abc3"?')
  expect(didYouMean('abc1', ['abc2', 'abc3', 'abc4'])).toBe('did you mean "abc2", "abc3" or "abc4"?')
})
