import { InvalidArgumentError } from 'commander'
import { describe, expect, test } from 'vitest'
import { parseRoleFilter, parseSort, parseVersionFilter, parseWholeVersion } from '../../../src/cli/snapshot-flags.ts'

test('--role is a role or none', () => {
  expect(parseRoleFilter('gpu-worker')).toBe('gpu-worker')
  expect(parseRoleFilter('none')).toBe(null)
  expect(() => parseRoleFilter('GPU')).toThrow(/^Use small letters, .*; or none for generic images\.$/)
})

describe('--version', () => {
  test.each(['v1', 'v1.13', 'v1.13.9', 'v1.13.0-beta.1'])('may be %s', (text) => {
    expect(parseVersionFilter(text)).toBe(text)
  })

  test.each([
    ['1.13', 'Did you mean "v1.13"?'],
    ['V1.13.9', 'Did you mean "v1.13.9"?'],
    ['latest', 'Use a version such as v1.13.9, or v1.13 for all of them.'],
    ['', 'Use a version such as v1.13.9, or v1.13 for all of them.'],
  ])('is not %j', (text, message) => {
    expect(() => parseVersionFilter(text)).toThrow(new InvalidArgumentError(message))
  })
})

test('--version of a selector is a whole one', () => {
  expect(parseWholeVersion('v1.13.9')).toBe('v1.13.9')
  expect(() => parseWholeVersion('v1.13')).toThrow('Use a whole version such as v1.13.9')
})

describe('--sort', () => {
  test.each([
    ['created', { field: 'created', descending: false }],
    ['size:desc', { field: 'size', descending: true }],
    ['arch:asc', { field: 'architecture', descending: false }],
  ])('may be %s', (text, sort) => {
    expect(parseSort(text)).toEqual(sort)
  })

  test.each([
    ['creatd', /did you mean "created"\?$/],
    ['constructor', /^Use one of created, id, version, architecture, role, size, description\.$/],
    ['id:down', 'Use id for the smallest first, or id:desc for the largest first.'],
    ['id:desc:asc', 'Use id for the smallest first'],
    ['', /^Use one of/],
  ])('is not %j', (text, message) => {
    expect(() => parseSort(text)).toThrow(message)
  })
})
