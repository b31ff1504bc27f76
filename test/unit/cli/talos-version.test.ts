import { expect, test } from 'vitest'
import { findVersion, readVersionFlag, sortVersions } from '../../../src/cli/talos-version.ts'
import { TalosImageError } from '../../../src/errors.ts'

const VERSIONS = ['v1.12.1', 'v1.12.0', 'v1.13.0', 'v1.2.11', 'v1.14.0-beta.1', 'v1.2.3', 'nonsense']

test('versions are offered newest first, one of each minor version before all others', () => {
  expect(sortVersions(VERSIONS)).toEqual(['v1.13.0', 'v1.12.1', 'v1.2.11', 'v1.12.0', 'v1.2.3'])
  expect(sortVersions([])).toEqual([])
})

test('a version of the flag is one that there is', () => {
  expect(findVersion(readVersionFlag('v1.12'), VERSIONS)).toBe('v1.12.1')
  expect(findVersion(readVersionFlag('v1.14.0-beta.1'), VERSIONS)).toBe('v1.14.0-beta.1')
})

test('what is wrong with the flag is a mistake in its use, what is wrong with a variable one of configuration', () => {
  const wrong = { code: 'usage', at: { kind: 'flag', name: '--talos-version' } }
  expect(() => readVersionFlag('13')).toThrow(expect.objectContaining(wrong))
  expect(() => findVersion(readVersionFlag('v1.99.0'), VERSIONS)).toThrow(expect.objectContaining(wrong))
  const variable = { value: 'v1.99.0', origin: { kind: 'env', name: 'PKR_VAR_talos_version' } } as const
  expect(() => findVersion(variable, VERSIONS)).toThrow(TalosImageError)
  expect(() => findVersion(variable, VERSIONS)).toThrow(expect.objectContaining({ code: 'config' }))
})
