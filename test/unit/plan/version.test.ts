import { describe, expect, test } from 'vitest'
import { checkVersionForm, isFloating, resolveVersion } from '../../../src/plan/version.ts'
import { sourced, VAR_FILE } from './fixture.ts'

const VERSIONS = ['v1.9.0', 'v1.12.10', 'v1.12.9', 'v1.13.0', 'v1.13.9', 'v1.14.0-alpha.0', 'v1.14.0-beta.1']
const wanted = (text: string) => sourced(text, VAR_FILE)

describe('how a version is written', () => {
  test.each(['v1.12.2', 'v1.14.0-beta.1', 'v1.14.0-alpha.0-45-gabcdef0', 'v1.13', 'latest'])('%s is good', (text) => {
    expect(checkVersionForm(wanted(text))).toBeUndefined()
  })

  test.each([
    ['1.12.2', '"v1.12.2"'],
    ['v1.12.2 ', '"v1.12.2"'],
    ['V1.12.2', '"v1.12.2"'],
    ['v1.12.2+build', '"v1.12.2"'],
    ['1.12', '"v1.12'],
    ['v1', '"v1.13"'],
    ['talos', '"v1.13.9"'],
    ['', '"v1.13.9"'],
    ['v1.12.2/../x', '"v1.12.2"'],
    ['Latest', '"latest"'],
  ])('%j is not, and the hint says what is', (text, hint) => {
    const problem = checkVersionForm(wanted(text))
    expect(problem).toMatchObject({
      code: 'config',
      at: VAR_FILE,
      message: expect.stringContaining(JSON.stringify(text)),
    })
    expect(problem?.hint).toContain(hint)
  })

  test.each([`v1.2.3-${'x'.repeat(57)}`, 'v1.2.3-x-'])(
    '%s cannot be a label, so it is refused before anything is made',
    (text) => {
      const problem = checkVersionForm(wanted(text))
      expect(problem).toMatchObject({ code: 'config', at: VAR_FILE })
      expect(problem?.message).toContain('label')
    },
  )

  test('the longest that a label can hold is good', () => {
    expect(checkVersionForm(wanted(`v1.2.3-${'x'.repeat(56)}`))).toBeUndefined()
  })
})

describe('the version that is meant', () => {
  test.each([
    ['latest', 'v1.13.9'],
    ['v1.13', 'v1.13.9'],
    ['v1.12', 'v1.12.10'],
    ['v1.9', 'v1.9.0'],
    ['v1.12.9', 'v1.12.9'],
    ['v1.14.0-beta.1', 'v1.14.0-beta.1'],
  ])('%s is %s', (text, version) => {
    expect(resolveVersion(wanted(text), VERSIONS)).toBe(version)
  })

  test.each([
    ['v1.13.10', 'it has "v1.13.9", "v1.13.0"'],
    ['v1.12.0', 'it has "v1.12.10", "v1.12.9"'],
    ['v1.14', 'it has "v1.14.0-beta.1", "v1.14.0-alpha.0"'],
    ['v5.77.123', 'the newest is "v1.13.9"'],
  ])('%s is not there: %s', (text, hint) => {
    expect(resolveVersion(wanted(text), VERSIONS)).toEqual({
      code: 'config',
      message: `the Image Factory has no Talos ${text}`,
      at: VAR_FILE,
      hint,
    })
  })

  test('is looked up among whatever the Factory says', () => {
    expect(resolveVersion(wanted('latest'), [])).toMatchObject({ hint: 'the newest is "unknown"' })
    expect(resolveVersion(wanted('v1.13.5'), ['v1.13.x', 'nonsense', 'v1.13.4'])).toMatchObject({
      hint: 'it has "v1.13.4"',
    })
    expect(resolveVersion(wanted('latest'), ['nonsense', 'v1.2.3'])).toBe('v1.2.3')
  })

  test('floats or not', () => {
    expect(['latest', 'v1.13', 'v1.130'].every(isFloating)).toBe(true)
    expect(['v1.13.0', 'v1', 'v1.13-beta', ' latest'].some(isFloating)).toBe(false)
  })
})
