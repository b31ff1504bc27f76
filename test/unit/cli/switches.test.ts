import { describe, expect, it } from 'vitest'
import { findSwitchProblems, readSwitch } from '../../../src/cli/switches.ts'

const NAME = 'TALOS_IMAGE_ALLOW_HTTP'

describe('switches in the environment', () => {
  it.each(['1', 'true', 'TRUE', 'yes', 'on'])('%s is on', (text) => {
    expect(readSwitch({ [NAME]: text }, NAME)).toBe(true)
  })

  it.each(['0', 'false', 'False', 'no', 'off'])('%s is off', (text) => {
    expect(readSwitch({ [NAME]: text }, NAME)).toBe(false)
  })

  it('says nothing when it is not set, or empty', () => {
    for (const env of [{}, { [NAME]: '' }]) {
      expect(readSwitch(env, NAME)).toBeUndefined()
      expect(findSwitchProblems(env, [NAME])).toEqual([])
    }
  })

  it('names what is neither on nor off, all at once', () => {
    const env = { [NAME]: 'perhaps', TALOS_IMAGE_BOOT_TEST: '2', TALOS_IMAGE_SANDBOX: 'on' }
    const problems = findSwitchProblems(env, [NAME, 'TALOS_IMAGE_BOOT_TEST', 'TALOS_IMAGE_SANDBOX'])
    expect(problems.map(({ at, message }) => [at, message])).toEqual([
      [{ kind: 'env', name: NAME }, '"perhaps" is neither on nor off'],
      [{ kind: 'env', name: 'TALOS_IMAGE_BOOT_TEST' }, '"2" is neither on nor off'],
    ])
    expect(readSwitch(env, NAME)).toBeUndefined()
  })
})
